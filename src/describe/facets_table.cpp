#include "describe/facets.h"

namespace tandem {

const std::vector<FacetQuestion>& facet_questions() {
  static const std::vector<FacetQuestion> questions = {
      {"what",
       {{"people", "A photo of a person.|People.|A group of people."},
        {"an animal", "A photo of an animal.|A dog.|A cat.|A bird.|An insect.|A wild animal."},
        {"food", "Food on a plate.|A dish of food.|Fruit and vegetables."},
        {"a vehicle", "A vehicle.|A car on a road.|A train.|A boat.|An aeroplane."},
        {"a building", "A building.|A house.|A street with buildings."},
        {"a landscape", "A landscape.|Mountains and a lake.|The sea and a beach.|A forest."},
        {"a plant", "A plant.|A flower.|A tree."},
        {"furniture", "A piece of furniture.|A chair.|A room with furniture."},
        {"clothing", "A piece of clothing.|A shirt.|A pair of shoes."},
        {"a thing", "An object.|A tool.|A device.|A household item."},
        {"a chart or diagram", "A chart.|A diagram with labels.|A graph.|A map."}},
       "Something.|A picture.|A texture.|A symbol."},
      {"where",
       {{"outdoors", "A photo taken outdoors.|Outside, under the sky.|Grass, sky and trees."},
        {"indoors", "A photo taken indoors.|Inside a room.|The inside of a building."}},
       "Something on a plain white background.|A drawing.|A picture without surroundings."},
      {"people",
       {{"nobody", "A picture without people.|An empty scene.|An object.|An animal."},
        {"one person", "One person.|A person alone.|A portrait of a person."},
        {"two people", "Two people.|A pair of people side by side."},
        {"several people", "Several people.|A group of people.|A crowd of people."}},
       "Something.|A picture."},
      {"medium",
       {{"a photograph", "A photograph.|A photo of a real scene.|A snapshot."},
        {"a drawing", "A drawing.|An illustration.|An icon.|A diagram.|A painting."}},
       "Something.|A picture."},
      {"text",
       {{"words in it", "A picture with words in it.|A sign with text.|A page of text.|Labels."},
        {"no words", "A picture without words.|A scene.|A thing."}},
       "Something.|A picture."},
      {"graphic",
       {{"a bar chart", "A bar chart.|A bar graph comparing values."},
        {"a line chart", "A line chart.|A graph with a curve and two axes."},
        {"a pie chart", "A pie chart."},
        {"a map", "A map.|A map of a country or region."},
        {"a flow chart", "A flow chart.|A diagram of boxes and arrows."},
        {"a table", "A table of numbers.|A table with rows and columns."},
        {"a labelled drawing",
         "A drawing with labels.|A diagram that shows the parts of a thing."}},
       "A photograph.|A scene.|A person.|A thing."},
  };
  return questions;
}

}  // namespace tandem
