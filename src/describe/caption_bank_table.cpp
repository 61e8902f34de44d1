#include "describe/caption_bank.h"

namespace tandem {

// A pattern a line; "{a|b}" stands for each of its parts in turn. People are "a person" and
// "people": what else a photograph seems to say about somebody is not ours to say.
const char* const kScenePatterns = R"(
A dog running {across grass|through snow|along a beach|through shallow water}.
A dog {swimming in water|standing in snow|lying on grass|lying on a sofa|sitting on a floor}.
A dog {jumping into the air|jumping over a bar|jumping to catch a frisbee}.
A dog carrying {a stick|a ball|a toy} in its mouth.
A dog {chasing a ball on grass|shaking off water|looking out of a car window|on a leash in a street}.
Two dogs {running across grass|playing in snow|playing on a beach|playing with each other|in water}.
A group of dogs {running in a race|on grass}.
A close view of a dog's face.
A cat {lying on a sofa|sitting on a floor|sitting on a window sill|sleeping on a bed|walking on grass}.
A close view of a cat's face.
A horse {standing in a field|running in a field|jumping over a fence}.
A person riding a {horse|bull|camel|donkey}.
{Cows|Sheep|Horses|Goats} {standing in a green field|beside a fence}.
A bird {sitting on a branch|flying in the sky|standing on the ground|swimming on water}.
Many birds {flying in the sky|standing on a shore}.
A {duck|swan} swimming on a pond.
{An elephant|A giraffe|A zebra|A lion|A bear|A deer|A monkey} in {dry grass|a forest|a zoo}.
A {fish|shark|jellyfish|turtle} swimming under water.
Fish swimming {around a coral reef|in an aquarium}.
{A butterfly|A bee|An insect} on a {flower|green leaf}.
A {spider|snake|lizard|frog|snail} on {the ground|a leaf|a stone}.
A {rabbit|mouse|squirrel|hedgehog} on {grass|the ground}.
A person {climbing a rock wall|climbing a steep cliff with a rope|standing on top of a mountain}.
A person {hiking with a backpack|hiking on a snowy mountain|walking on a forest path}.
People hiking {up a mountain|through a forest}.
A person {skiing down a snowy slope|snowboarding down a slope|jumping through the air on a snowboard}.
A person {sledding down a snowy hill|walking through deep snow|playing in the snow}.
Several people on skis in the snow.
A person {surfing on a wave|water skiing behind a boat|diving into water|jumping into a pool}.
A person {swimming in a pool|floating in water|paddling a kayak|rowing a boat|sailing a boat}.
A person {sliding down a water slide|playing in a fountain|standing in shallow water}.
People {playing in the sea|swimming in a pool|standing on a beach|walking along a beach|in a raft on a river}.
Two people {walking along a beach|sitting on a beach|playing in water}.
A person {running along a beach|sitting on a beach|jumping on a beach}.
A person {riding a bicycle on a road|riding a bicycle on a dirt trail|jumping with a bicycle|doing a trick on a bicycle}.
Several people riding bicycles {in a race|on a street}.
A person riding a {motorcycle on a road|motorcycle on a dirt track|quad bike through mud|scooter}.
Motorcycles in a race.
A person {doing a trick on a skateboard|riding a skateboard down a rail|on a skateboard in a street}.
A person on {roller skates|ice skates}.
A person {kicking a football|playing football on a field|playing tennis|swinging a baseball bat|throwing a ball|playing golf}.
People playing {football on a field|basketball in a hall|volleyball on a sand court|baseball|ice hockey|rugby|American football}.
A person {jumping with a basketball|throwing a basketball at a hoop}.
A player {running with a ball|in a helmet on a field}.
Players in uniforms {on a field|running after a ball}.
A person {running in a race|running on a track|jumping over a hurdle|doing a somersault|jumping on a trampoline}.
People running in a {race on a street|marathon}.
Two people {wrestling|boxing in a ring|fencing|practising martial arts}.
A person {in a race car|standing beside a car|washing a car}.
A race car on a track.
A person {swinging on a swing|sliding down a slide|climbing on a playground|blowing soap bubbles}.
A person on {a rope swing|a swing in a park}.
People {on a playground|on a ride at a fair}.
A person jumping {off a rock into water|in the air|over a ditch}.
A person {sitting on a bench|standing in a street|walking down a street|leaning on a wall|talking on a telephone}.
A person {sitting at a table|lying on a bed|sleeping|sitting on a sofa|sitting on the ground|reading a book}.
A person {cooking in a kitchen|eating food|drinking from a glass|holding a cup|cutting food}.
A person {working at a computer|writing at a desk|using a telephone|taking a photograph|painting a picture}.
A person {playing a guitar|playing a piano|playing drums|singing into a microphone|dancing}.
People {dancing|playing music on a stage|playing music in a street|watching a stage at night}.
A person {smiling at the camera|laughing|wearing sunglasses|wearing a hat|wearing a costume|wearing a mask}.
A person {holding a dog|petting a dog|walking a dog on a leash|playing with a dog}.
A person holding {a ball|an umbrella|a sign|a fish|a flower|a camera|a flag}.
A person {digging in the ground|working in a garden|repairing something|using a tool|carrying a bag}.
A person wearing a {helmet|uniform} and {standing outdoors|working}.
A close view of a {person's face|hand|foot}.
A portrait of a person {indoors|outdoors|in front of a plain background}.
Two people {talking|embracing|shaking hands|standing side by side|sitting on a bench|sitting at a table|dancing}.
Two people {posing for a picture|looking at the camera|walking down a street|playing a game}.
Three people {standing together|sitting together|posing for a picture}.
A group of people {standing together|sitting on the grass|sitting around a table|posing for a picture|in a room}.
A group of people {in a street|on a stage|around a fire|at a party|in a boat|on steps}.
A crowd of people {in a street|at a concert|at a sports event|in a market|watching a parade}.
People {sitting in a restaurant|waiting at a station|crossing a street|shopping in a market|in a classroom|in an office}.
A person {standing in front of a building|looking at a mountain view|looking at the sea|fishing at a lake|fishing from a boat}.
A silhouette of {a person|people} at sunset.
A person in a {field|forest|tent|boat|doorway|train}.
A {plate|bowl} of {food|salad|pasta|soup|rice|fruit|meat and vegetables} on a table.
A {pizza|sandwich|burger|cake|pie|loaf of bread} on a {plate|table}.
A cup of coffee on a table.
A glass of {water|beer|wine} on a table.
{Apples|Oranges|Bananas|Tomatoes|Potatoes|Peppers} {in a shop|on a plain background}.
Vegetables {on a market stall|on a cutting board}.
Packages of food {on a shelf|on a plain background}.
{Biscuits|Pastries|Sweets} on a tray.
A {chair|table|sofa|bed|lamp|wardrobe|shelf|desk|carpet} {in a room|on a white background}.
A {kitchen|bathroom|bedroom|living room|dining room|office|classroom|library} with furniture.
An empty room with a window.
A {clock|mirror|vase|painting} on a {wall|table}.
A {laptop|telephone|camera|television|keyboard|book|bottle|cup|bag|toy|musical instrument} on a {table|white background}.
A pair of {shoes|glasses|scissors|gloves} on a white background.
A {shirt|dress|jacket|hat|watch|pair of trousers} on a white background.
Clothes hanging on a rack.
A {car|truck|bus|bicycle|motorcycle} {on a street|parked beside a building|on a plain background}.
Cars in {heavy traffic|a car park}.
{A train at a station|A train on a track|A tram in a street|An aeroplane in the sky|An aeroplane on a runway|A helicopter in the sky}.
A {sailing boat|ship|small boat} on the water.
Boats in a harbour.
A hot air balloon in the sky.
A {house|church|castle|tower|factory|barn|lighthouse} {under a blue sky|in a landscape|seen from below}.
{Tall buildings in a city|A city at night|A city seen from above|A village in a valley|A street with old buildings|A narrow street}.
A bridge over {a river|a road}.
A {statue|fountain|monument} in a {park|square}.
The inside of a {church|shop|factory|museum|station|theatre}.
{A ruin of stone|A stone wall|A wooden door|A staircase|A brick wall}.
A {street sign|shop sign|traffic light|fire hydrant|post box|bench} in a street.
{Mountains with snow|Mountains and a lake|A forest in autumn|A forest path|A waterfall|A river between trees|A desert|A field of grain|A field of flowers}.
{A beach with waves|The sea at sunset|A rocky coast|An island|A lake with trees around it|A snowy landscape|A glacier|A canyon}.
{A cloudy sky|A sunset|Lightning in the sky|A rainbow|The moon at night|Stars at night}.
A {tree|cactus|palm tree|mushroom} {in a landscape|on a plain background|seen from near}.
A {red|yellow|white|pink|purple} flower seen from near.
Green leaves seen from near.
{A potted plant|A bunch of flowers in a vase}.
A {fire|campfire|candle|firework} at night.
A texture of {stone|wood|cloth|water|metal|sand|grass|paper}.
{A drawing|A painting|A sketch|A cartoon|An icon} of {a person|people|an animal|a plant|a building|an object|a landscape}.
An old black and white photograph of {a person|people|a building|a machine|a landscape|a street}.
An engraving of {a person|people|an animal|a plant|a building|a machine|a landscape}.
A {flag|logo|simple coloured icon}.
Coloured shapes on a plain background.
{A page of printed text|A handwritten page|A poster with words|A screenshot of a computer program|A cover of a book}.
A {bar chart|line chart|pie chart|map|diagram|flow chart|table of numbers}.
A {drawing of a machine with labels|diagram of a plant|diagram of an animal's body|diagram of cells|diagram of a molecule|diagram of an electric circuit|geometric drawing}.
Cells seen through a microscope.
{A planet|A galaxy|The earth from space}.
{Tools on a table|A machine in a workshop|A laboratory with glassware|Coins and banknotes|A pile of books|A heap of stones}.
)";

}  // namespace tandem
