"""One peer in one process: PyTorch eager or ONNX Runtime, encoding with CLIP.

    worker.py serve  PEER MODEL INPUTS THREADS   answers requests on standard input
    worker.py encode PEER MODEL INPUTS THREADS   encodes 32 pictures once (for memory)
    worker.py first  PEER MODEL PICTURE THREADS  prints one picture's embedding (for start-up)
    worker.py export MODEL OUT                   writes OUT/image.onnx and OUT/text.onnx

PEER is torch or onnx; MODEL is a Hugging Face folder (torch) or the folder that
`export` wrote (onnx); INPUTS is an .npz of the arrays that peers.py made.
"""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np


class Torch:
    """transformers' CLIPModel as it loads by default, in eager mode."""

    def __init__(self, folder, threads, towers=("image", "text")):
        del towers  # from_pretrained reads the whole model
        import torch
        from transformers import CLIPModel

        torch.set_num_threads(threads)
        self.torch = torch
        self.model = CLIPModel.from_pretrained(folder).eval()

    def image(self, pixels):
        """[n, 3, side, side] f32 -> [n, embed_dim]"""
        with self.torch.inference_mode():
            pooled = self.model.vision_model(pixel_values=self.torch.from_numpy(pixels))
            return self.model.visual_projection(pooled.pooler_output).numpy()

    def text(self, ids):
        """[n, length] int64 -> [n, embed_dim]"""
        with self.torch.inference_mode():
            pooled = self.model.text_model(input_ids=self.torch.from_numpy(ids))
            return self.model.text_projection(pooled.pooler_output).numpy()

    def about(self):
        """The version, and which BLAS this build calls: it decides the baseline."""
        config = self.torch.__config__.show()
        blas = re.search(r"BLAS_INFO=\w+", config)
        isa = re.search(r"CPU capability usage: \w+", config)
        return ", ".join([f"PyTorch {self.torch.__version__}", *(m[0] for m in (blas, isa) if m)])


class Onnx:
    """The two exported towers in ONNX Runtime's CPU provider."""

    def __init__(self, folder, threads, towers=("image", "text")):
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.version = onnxruntime.__version__
        self.sessions = {
            tower: onnxruntime.InferenceSession(
                f"{folder}/{tower}.onnx", options, providers=["CPUExecutionProvider"]
            )
            for tower in towers
        }

    def image(self, pixels):
        return self.sessions["image"].run(None, {"pixels": pixels})[0]

    def text(self, ids):
        return self.sessions["text"].run(None, {"ids": ids})[0]

    def about(self):
        return f"ONNX Runtime {self.version}"


PEERS = {"torch": Torch, "onnx": Onnx}


def seconds_each(body, repeats):
    """One run that is not counted, then the seconds of each of `repeats` runs."""
    body()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - start)
    return seconds


def serve(peer, inputs):
    """One JSON request per line, {"what", "repeats"}; one JSON answer per line."""
    pixels, padded, longest = inputs["pixels"], inputs["padded"], inputs["longest"]
    bodies = {
        "image/batch32": lambda: peer.image(pixels),
        "image/batch1": lambda: peer.image(pixels[:1]),
        "text/padded": lambda: peer.text(padded),
        "text/longest": lambda: peer.text(longest),
    }
    print(json.dumps({"about": peer.about()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["what"] == "embeddings":
            np.savez(
                request["out"], image=peer.image(inputs["agree_pixels"]), text=peer.text(padded)
            )
            answer = {}
        else:
            answer = {"seconds": seconds_each(bodies[request["what"]], request["repeats"])}
        print(json.dumps(answer), flush=True)


def first(peer, picture):
    """A picture of 224 x 224: as prepared by the fewest lines that Pillow allows."""
    from PIL import Image

    mean = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)  # OpenAI's CLIP
    deviation = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
    rows = np.asarray(Image.open(picture).convert("RGB"), np.float32) / 255
    pixels = np.ascontiguousarray(((rows - mean) / deviation).transpose(2, 0, 1)[None])
    print(json.dumps(peer.image(pixels)[0].tolist()), flush=True)


def export(folder, out):
    """Both towers with their projections; the batch, and a text's length, stay free."""
    import torch
    from transformers import CLIPModel

    class Tower(torch.nn.Module):
        def __init__(self, tower, projection):
            super().__init__()
            self.tower, self.projection = tower, projection

        def forward(self, rows):
            return self.projection(self.tower(rows).pooler_output)

    model = CLIPModel.from_pretrained(folder).eval()
    image, text = model.config.vision_config, model.config.text_config
    side, batch = image.image_size, torch.export.Dim("batch")
    length = torch.export.Dim("length", max=text.max_position_embeddings)
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, tower, example, label, dimensions in (
        ("image", Tower(model.vision_model, model.visual_projection),
         torch.zeros(2, 3, side, side), "pixels", {0: batch}),
        ("text", Tower(model.text_model, model.text_projection),
         torch.ones(2, 9, dtype=torch.int64), "ids", {0: batch, 1: length}),
    ):  # fmt: skip
        torch.onnx.export(
            tower.eval(), (example,), f"{out}/{name}.onnx", input_names=[label],
            output_names=["embeddings"], dynamic_shapes=(dimensions,), dynamo=True, verbose=False,
        )  # fmt: skip


def main():
    verb, *rest = sys.argv[1:]
    if verb == "export":
        return export(*rest)
    name, model, what, threads = rest
    towers = ("image", "text") if verb == "serve" else ("image",)
    peer = PEERS[name](model, int(threads), towers)
    if verb == "first":
        return first(peer, what)
    inputs = dict(np.load(what))
    if verb == "encode":
        return peer.image(inputs["pixels"])
    return serve(peer, inputs)


if __name__ == "__main__":
    main()
