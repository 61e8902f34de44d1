"""open_clip's own training step in one process, on weights and a batch that Tandem wrote.

    train_worker.py MODEL FOLDER THREADS

MODEL is small or ViT-B/32, as in bench/train_step_bench.cpp; FOLDER holds weights.safetensors and
batch.safetensors. Answers each line "step N" of the standard input by a line of JSON: the losses
of N steps and the seconds of each. A step is open_clip_train's: forward, ClipLoss, backward, AdamW
in the published groups, clamped logit_scale.
"""

import json
import math
import re
import sys
import time

import open_clip
import torch
from safetensors.torch import load_file

MODELS = {
    "small": dict(
        embed_dim=256,
        vision_cfg=dict(image_size=112, patch_size=16, width=256, head_width=64, layers=8),
        text_cfg=dict(context_length=77, vocab_size=49408, width=256, heads=4, layers=6),
    ),
    "ViT-B/32": dict(
        embed_dim=512,
        vision_cfg=dict(image_size=224, patch_size=32, width=768, head_width=64, layers=12),
        text_cfg=dict(context_length=77, vocab_size=49408, width=512, heads=8, layers=12),
    ),
}


def optimizer_of(model):
    """open_clip_train.main's two groups and its defaults for ViT."""
    spared, decayed = [], []
    for name, parameter in model.named_parameters():
        rule = parameter.ndim < 2 or re.search(r"bn|ln|bias|logit_scale", name)
        (spared if rule else decayed).append(parameter)
    groups = [{"params": spared, "weight_decay": 0.0}, {"params": decayed, "weight_decay": 0.2}]
    return torch.optim.AdamW(groups, lr=5e-4, betas=(0.9, 0.98), eps=1e-6)


def main():
    name, folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    model = open_clip.CLIP(**MODELS[name], quick_gelu=True, output_dict=True)
    weights = load_file(f"{folder}/weights.safetensors")
    missing, unknown = model.load_state_dict(weights, strict=False)
    if unknown or [key for key in missing if key != "attn_mask"]:
        sys.exit(f"train_worker.py: the weights do not fit: {missing} {unknown}")
    batch = load_file(f"{folder}/batch.safetensors")
    pixels, tokens = batch["pixels"], batch["tokens"].long()
    loss_of, optimizer = open_clip.ClipLoss(), optimizer_of(model)
    model.train()

    def step():
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = loss_of(**model(pixels, tokens))
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
        return time.perf_counter() - start, loss.item()

    for line in sys.stdin:
        steps = [step() for _ in range(int(line.split()[1]))]
        seconds, losses = zip(*steps)
        print(json.dumps({"seconds": seconds, "losses": losses}), flush=True)


if __name__ == "__main__":
    main()
