// Tandem: CLIP in C++. Everything that a program needs:
//
//   auto model = tandem::Model::load("clip-vit-base-patch32");
//   auto picture = model.encode_image("cat.jpg");
//   auto text = model.encode_text("a photo of a cat");
//   auto answer = tandem::classify(model, "cat.jpg", {"cat", "dog", "teapot"});
#pragma once

#include "tandem/error.h"
#include "tandem/model.h"
#include "tandem/zero_shot.h"
