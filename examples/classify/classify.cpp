// Which of the labels fits a picture: classify MODEL PICTURE LABEL...
#include <tandem/tandem.h>

#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: classify MODEL PICTURE LABEL...\n");
    return 2;
  }
  const std::string picture = argv[2];
  const std::vector<std::string> labels(argv + 3, argv + argc);
  try {
    const tandem::Model model = tandem::Model::load(argv[1]);
    for (const auto& [label, probability] : tandem::classify(model, picture, labels))
      std::printf("%.3f %s\n", probability, label.c_str());

    // The same by hand: embeddings have length 1, so their dot product is the cosine.
    const std::vector<float> image = model.encode_image(picture);
    const std::vector<float> text = model.encode_text(labels[0]);
    float cosine = 0;
    for (size_t i = 0; i < image.size(); ++i) cosine += image[i] * text[i];
    std::fprintf(stderr, "cosine with \"%s\": %.3f\n", labels[0].c_str(), cosine);
  } catch (const tandem::Error& error) {
    std::fprintf(stderr, "classify: %s\n", error.what());
    return 1;
  }
}
