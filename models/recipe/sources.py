"""The extra pictures of the built-in model: which folders of which public repositories, and the
texts of their classes, written by hand (folder = label; more texts)."""
import re


def table(text):
    """Lines 'folder = label; text; text' -> {folder: [label, text, ...]}"""
    out = {}
    for line in text.strip().splitlines():
        if line.strip():
            folder, _, texts = line.partition("=")
            out[folder.strip()] = [t.strip() for t in texts.split(";")]
    return out


# ---------------------------------------------------------------- sources
# name: repo, commit, pattern (regular expression; its group 1 is the folder of `classes`),
# classes (folder = label; more texts), cap (pictures a class, or by folder), terms, what
SOURCES = {}


def source(name, repo, commit, pattern="", classes="", cap=400, terms="none stated", what="", **more):
    SOURCES[name] = dict(name=name, repo=repo, commit=commit, pattern=re.compile(pattern),
                         classes=table(classes), cap=cap, terms=terms, what=what, **more)


source("intel_scenes", "afroozsheikh/Intel-Image-Classifier", "268f8fc38fb3f7307c1861d619ee99ff4158a3f5",
       r"^train/(\w+)/", """
buildings = buildings; city buildings; houses and towers in a town; architecture
forest = forest; woodland; trees in a wood; a landscape full of trees
glacier = glacier; ice and snow; a glacier between mountains; a cold icy landscape
mountain = mountain; mountain landscape; rocky peaks under the sky; hills and mountains
sea = sea; ocean; water and waves at the coast; a seascape with a beach or a boat
street = street; city street; a road with cars and people between houses; a street scene in a town
""", cap=400, what="Intel Image Classification (natural scenes, 150x150), train part")

source("sports", "ashishodu2023/image-classification-pytorch", "08df005a512151d7b48cd911d0757a515e4ac6b8",
       r"^data/(\w+)/\d+\.", """
badminton = badminton; racket sport; people playing badminton with a shuttlecock
football = football match; soccer; players on a grass pitch with a ball
baseball = baseball; ball game; a baseball player with a bat or a glove on a field
tennis = tennis; racket sport; a tennis player on a court
gymnastics = gymnastics; acrobatic sport; a gymnast in a leotard doing an exercise
ice_hockey = ice hockey; team sport on ice; hockey players skating on a rink
table_tennis = table tennis; ping-pong; people playing at a table with small paddles
boxing = boxing; combat sport; boxers with gloves in a ring
volleyball = volleyball; team sport; players jumping at a net with a ball
swimming = swimming; water sport; a swimmer in a pool
formula1 = Formula One racing car; motor racing; a low single-seat race car on a track
motogp = motorcycle racing; motor sport; a rider leaning on a racing motorbike
cricket = cricket; bat-and-ball game; cricketers with a bat and wickets
fencing = fencing; sword sport; fencers in white suits and masks
wrestling = wrestling; combat sport; two wrestlers on a mat
weight_lifting = weightlifting; strength sport; an athlete lifting a barbell
hockey = field hockey; team sport; players with hockey sticks on a pitch
shooting = sport shooting; marksmanship; a person aiming at a target on a shooting range
basketball = basketball; team sport; players and a ball under the basket in a hall
chess = chess; board game; people at a chessboard with chess pieces
kabaddi = kabaddi; team contact sport; kabaddi players on a mat
""", cap=250, terms="Apache-2.0 (licence file of the repository)",
       what="22-class sports pictures found by web search (professional wrestling left out)")

source("instruments", "aizadaaskar/dl-homework", "e1f4d1754dd7503f5ccf911da8d22ee8f987ef36",
       r"^train/([^/]+)/", """
Didgeridoo = didgeridoo; wind instrument; a long wooden tube blown by a musician
Tambourine = tambourine; percussion instrument; a hand drum with jingles
Xylophone = xylophone; percussion instrument; wooden bars struck with mallets
acordian = accordion; musical instrument; a squeezebox with keys and bellows
alphorn = alphorn; wind instrument; a very long curved wooden horn
bagpipes = bagpipes; wind instrument; a piper with a bag and pipes
banjo = banjo; string instrument; a round-bodied instrument with a long neck
bongo drum = bongo drums; percussion instrument; a pair of small hand drums
casaba = cabasa; percussion instrument; a shaker with steel beads on a cylinder
castanets = castanets; percussion instrument; small wooden clappers
clarinet = clarinet; woodwind instrument; a black tube with metal keys
clavichord = clavichord; keyboard instrument; an old wooden stringed keyboard
concertina = concertina; musical instrument; a small six-sided squeezebox
drums = drum kit; percussion instruments; drums and cymbals on stands
dulcimer = dulcimer; string instrument; a flat wooden instrument with strings
flute = flute; woodwind instrument; a silver tube held to the side
guiro = guiro; percussion instrument; a notched gourd scraped with a stick
guitar = guitar; string instrument; a guitar with six strings
harmonica = harmonica; mouth organ; a small metal wind instrument
harp = harp; string instrument; a tall frame with many strings
marakas = maracas; percussion instrument; a pair of shakers on handles
ocarina = ocarina; wind instrument; a small ceramic vessel flute with holes
piano = piano; keyboard instrument; black and white keys
saxaphone = saxophone; wind instrument; a curved golden brass saxophone
sitar = sitar; string instrument; a long-necked Indian lute
steel drum = steel drum; percussion instrument; a round metal pan drum
trombone = trombone; brass instrument; a brass horn with a slide
trumpet = trumpet; brass instrument; a shiny horn with three valves
tuba = tuba; brass instrument; a very large brass horn
violin = violin; string instrument; a wooden fiddle with a bow
""", cap=120, what="30 musical instruments, 224x224, found by web search, train part")

source("monkeys", "nikhildutta333/Monkey-Species-Classification", "cb62130b182246b59ed74614734320e61eb6aacc",
       r"^training/(n\d)/", """
n0 = mantled howler; howler monkey; monkey; a black monkey in the trees
n1 = patas monkey; monkey; primate; a reddish ground-living monkey with long legs
n2 = bald uakari; monkey; primate; a monkey with a bald red face
n3 = Japanese macaque; snow monkey; monkey; a furry monkey with a pink face
n4 = pygmy marmoset; marmoset; tiny monkey; a very small furry monkey
n5 = white-headed capuchin; capuchin monkey; monkey; a black monkey with a white face
n6 = silvery marmoset; marmoset; monkey; a small pale silver monkey
n7 = common squirrel monkey; monkey; primate; a small monkey with a white mask
n8 = night monkey; owl monkey; monkey; a monkey with very large eyes
n9 = Nilgiri langur; langur; monkey; a black monkey with a pale brown head
""", cap=100, what="10 Monkey Species, training part")

source("flowers5", "atiaisaac/flowers_classification", "087014c38ad5e456c63e2286dd83c0ff7b921489",
       r"^flowers/(\w+)/", """
daisy = daisy; flower; white petals around a yellow centre; a flowering plant
dandelion = dandelion; flower; a yellow wild flower or its white seed head; a weed in the grass
roses = rose; flower; a rose with many petals; a garden flower
sunflowers = sunflower; flower; a big yellow flower with a dark centre; a plant in a summer field
tulips = tulip; flower; a cup-shaped spring flower; tulips in a garden
""", cap=400, terms="none stated; the pictures are the flower_photos set of TensorFlow (CC BY, Flickr)",
       what="five kinds of flowers (flower_photos)")

source("cars", "fmejbah/car_dataset1", "2ac6920297f51277ac4e24afd231c46d35077831",
       r"^(cars_train)/", "cars_train = car; automobile; motor car; a passenger car parked or on the road",
       cap=500, terms="none stated; the pictures are the Stanford Cars train part (offered for research)",
       what="Stanford Cars, train part (makes and models are not in the repository)")

source("aerial_aid", "zlima/testtensor", "f6a0f74645eab10754425bff50747e508290dee1",
       r"^AID/(\w+)/", """
Airport = airport from above; aerial view; satellite picture of runways and aeroplanes
BareLand = bare land from above; aerial view; satellite picture of bare brown ground
BaseballField = baseball field from above; aerial view; satellite picture of a baseball diamond
Beach = beach from above; aerial view; satellite picture of sand and waves
Bridge = bridge from above; aerial view; satellite picture of a bridge over water
Center = large round hall from above; aerial view; satellite picture of a big building in a city centre
Church = church from above; aerial view; satellite picture of a church and its roof
Commercial = commercial district from above; aerial view; satellite picture of city blocks and shops
DenseResidential = dense houses from above; aerial view; satellite picture of a crowded residential area
Desert = desert from above; aerial view; satellite picture of sand dunes
Farmland = farmland from above; aerial view; satellite picture of fields
Forest = forest from above; aerial view; satellite picture of trees
Industrial = industrial area from above; aerial view; satellite picture of factories and warehouses
Meadow = meadow from above; aerial view; satellite picture of green grass
MediumResidential = houses with gardens from above; aerial view; satellite picture of a residential area
Mountain = mountains from above; aerial view; satellite picture of ridges and slopes
Park = park from above; aerial view; satellite picture of a park with trees and paths
Parking = car park from above; aerial view; satellite picture of parked cars
Playground = sports ground from above; aerial view; satellite picture of a running track
Pond = pond from above; aerial view; satellite picture of a small lake
Port = harbour from above; aerial view; satellite picture of boats at the docks
RailwayStation = railway station from above; aerial view; satellite picture of railway tracks
Resort = holiday resort from above; aerial view; satellite picture of hotels and pools
River = river from above; aerial view; satellite picture of a winding river
School = school from above; aerial view; satellite picture of school buildings
SparseResidential = scattered houses from above; aerial view; satellite picture of a few houses among trees
Square = city square from above; aerial view; satellite picture of a plaza
Stadium = stadium from above; aerial view; satellite picture of a stadium with stands
StorageTanks = storage tanks from above; aerial view; satellite picture of round oil tanks
Viaduct = motorway junction from above; aerial view; satellite picture of crossing flyovers
""", cap=60, what="AID aerial scenes at 150x150")

source("trash", "congduytran12/Trash-Classification-", "00212f2c18dcdb9045c74481eaae5baaf72537df",
       r"^dataset-resized/(\w+)/", """
cardboard = cardboard; packaging; a piece of brown cardboard; paper waste
glass = glass bottle; glass; a bottle or jar of glass; glass for recycling
metal = metal can; tin; a drinks can or other metal packaging; scrap metal
paper = sheet of paper; paper; printed or crumpled paper; waste paper
plastic = plastic packaging; plastic; a plastic bottle or wrapper; plastic waste
trash = rubbish; litter; a wrapper or other waste; a thing thrown away
""", cap=150, terms="none stated; the pictures are TrashNet (MIT in its own repository)",
       what="TrashNet: single pieces of waste on a pale ground")

source("clothes", "alexeygrigorev/clothing-dataset-small", "11961516512414bf9f6c150a832cfd21b54a6b54",
       r"^train/([\w-]+)/", """
dress = dress; garment; a dress laid out or on a hanger; women's clothing
hat = hat; headwear; a cap or hat; clothing for the head
longsleeve = long-sleeved top; sweater; a jumper with long sleeves; clothing
outwear = jacket; outerwear; a coat or jacket; warm clothing
pants = trousers; pants; a pair of trousers; clothing for the legs
shirt = shirt; garment; a shirt with a collar and buttons; clothing
shoes = shoes; footwear; a pair of shoes or boots; things worn on the feet
shorts = shorts; short trousers; a pair of shorts; summer clothing
skirt = skirt; garment; a skirt laid out on the floor; women's clothing
t-shirt = T-shirt; short-sleeved top; a T-shirt laid out; clothing
""", cap=120, terms="CC0 1.0 (licence file)", what="clothes photographed at home, train part")

source("scenes15", "jaaumeadrover/Landscape-Image-Classification", "7985b6b6e532f94f96da7dee74eb9a0ae7972083",
       r"^data/train/(\w+)/", """
Coast = coast; seaside; waves on a beach; a black and white photo of the coast
Forest = forest; trees; a path through the woods; a black and white photo of a forest
Highway = motorway; highway; a wide road with lanes; a black and white photo of a highway
Insidecity = inner city; town; house fronts and shops in a city; a black and white photo of a city
Mountain = mountains; mountain landscape; peaks and valleys; a black and white photo of mountains
Office = office; workplace; a desk with a computer and shelves; a black and white photo of an office
OpenCountry = open country; fields; a wide landscape with grass and sky; a black and white photo of the countryside
Street = street; city street; cars and houses along a road; a black and white photo of a street
Suburb = suburban house; house; a home with a lawn and drive; a black and white photo of a house
TallBuilding = skyscraper; tall building; high towers in a city; a black and white photo of a skyscraper
bedroom = bedroom; room; a bed with pillows by a window; a black and white photo of a bedroom
industrial = factory; industry; pipes, chimneys and machines; a black and white photo of a plant
kitchen = kitchen; room; cupboards, a stove and a sink; a black and white photo of a kitchen
livingroom = living room; room; a sofa and armchairs; a black and white photo of a living room
store = shop; store; goods on shelves; a black and white photo of a shop
""", cap=100, what="15-scene set, grey, train part")

source("weather", "shubhankarm01/Weather-image-classification", "3dbe27cfcf470d8bb32464a9cb8fa64e93052a81",
       reader="csv", table="Training_set.csv", folder="train/", columns=(0, 1), classes="""
cloudy = cloudy sky; clouds; grey clouds over the land; overcast weather
foggy = fog; mist; a landscape or street in thick fog; foggy weather
rainy = rain; rainy weather; people with umbrellas in the rain; a wet street
shine = sunshine; sunny weather; blue sky with bright sun; a fine day
sunrise = sunrise; sunset; the sun low over the horizon with an orange sky; dawn or dusk
""", cap=300, what="weather pictures of a hackathon (DPhi), training part")

source("crops", "sbh69840/dataset", "2574fd44e68dfaa6ecebe3927aad18da8b16f9a4",
       r"^train/([A-Za-z]+)/", """
Cabbage = cabbage field; vegetable crop; green cabbages growing in rows
Cauliflower = cauliflower; vegetable crop; white cauliflower heads among leaves
coconut = coconut palms; palm trees; a plantation of tall palms
cotton = cotton field; crop; white cotton bolls on plants
grapes = grapes; fruit; bunches of grapes on the vine
groundnut = peanut plants; groundnuts; a field of green peanut plants
lemon = lemon tree; citrus fruit; yellow lemons on a tree
rice = rice field; paddy; green rice plants
sugarcane = sugar cane; crop; tall cane stalks
sunflower = sunflower field; flowers; yellow sunflowers in a field
tomato = tomato plants; vegetable; red tomatoes on the plant
watermelon = watermelon; fruit; melons lying among leaves
wheat = wheat field; grain; ears of wheat in a field
""", cap=20, what="13 field crops, train part (its second, generated-negative folders left out)")

source("animals8", "herene/animals_pictures_classification", "410b9e4a33a4f223cbe18b8ba5a773cffa9bbc82",
       r"^dataset/train/(\w+)/", """
butterfly = butterfly; insect; a butterfly with coloured wings; a butterfly on a flower
cat = cat; a domestic cat; a pet cat; a kitty with fur and whiskers
dog = dog; a pet dog; a domestic dog; a dog on the grass or at home
elephant = elephant; a large grey animal with a trunk; an elephant in the wild; mammal
horse = horse; a horse on a meadow; hoofed animal; a riding horse
monkey = monkey; primate; a monkey in a tree; ape
sheep = sheep; farm animal; a woolly sheep on a pasture; livestock
spider = spider; arachnid; a spider with eight legs; a spider in its web
""", cap=200, what="eight classes of Animals-10, train part")

source("pets_birds", "linlawre/CMPE258_hw1", "4f56b0e000d24938f7040451eb2586d451d4cda5",
       r"^dataset/(\w+)/", """
bird = bird; a wild bird; a bird with feathers and a beak; a bird on a branch or flying
cat = cat; a domestic cat; a pet cat at home; a cat looking around
dog = dog; a pet dog; a dog at home or on a walk; a furry dog
""", cap=200, what="photographs of birds, cats and dogs collected for a course")

source("animals4", "Handepp/Classification-of-4-animals-using-DenseNet201-with-various-optimizers",
       "0c8ced2ed07b438976c705369f49eac4536fd29b", r"^train/(\w+)/", """
cat = cat; a domestic cat; a cat outdoors or at home; a feline with whiskers
deer = deer; a wild deer; a stag with antlers or a doe; a deer in the forest
dog = dog; a pet dog; a dog outdoors; a canine with a snout
horse = horse; a horse on a meadow; a brown or white horse; hoofed animal
""", cap=400, what="cats, deer, dogs and horses (stock photographs, 640 wide), train part")

source("animals3", "evgen-ryzhkov/animals_keras_transfer_learning", "fe86161b92c7bf8ca2a608adbf68b65cf0ee2c28",
       r"^data/train/(\w+)/", """
cat = cat; a domestic cat; a pet cat; a feline
horse = horse; a horse running or standing; hoofed animal
lion = lion; a big wild cat; a lion with a mane; a lion in the savanna
""", cap=100, what="cats, horses and lions, train part")

source("felines", "ThomasAndarilho/felinos", "86cdb15609f620205be3222eaa279cdcb4bfd3ff",
       r"^train/(\w+)/", """
cat = cat; a domestic cat; a pet cat
leopard = leopard; a spotted big cat; a wild cat with black spots
lion = lion; a big wild cat; a lion with a mane
tiger = tiger; a striped big cat; an orange cat with black stripes
""", cap=50, what="cats, leopards, lions and tigers, train part")

source("vehicles6", "set-kaung/Image-Classification-Project", "2afa126d533f8fde111e8912d6ece0309a607f93",
       r"^(?:dataset/train/)?(airplane|ship|horse|car|cat|truck_train)/", """
airplane = airplane; aeroplane; a passenger plane in the sky; aircraft
ship = ship; a large vessel at sea; a cargo or cruise ship; boat
horse = horse; a horse on a meadow; hoofed animal
car = car; automobile; a car on the street; motor vehicle
cat = cat; a domestic cat; a pet cat
truck_train = truck; lorry; a large goods vehicle on the road; a heavy truck
""", cap=100, what="airplanes, ships, horses, cars, cats and trucks (stock photographs) of a course, train part")

source("bikes_snakes", "yahyasarhan22/comparative-study-of-image-classification",
       "0264031bad95dd785d67ee572a51c012849559e3", r"^dataset[12]/(Bikes|Motorcycles|Cars|panda|snakes)/", """
Bikes = bicycle; bike; a road bicycle leaning on a wall; a two-wheeled cycle
Motorcycles = motorcycle; motorbike; a motorcycle parked or on the road; a two-wheeled motor vehicle
Cars = road vehicle; car or truck; a car or lorry on the road; motor vehicle
panda = giant panda; panda; a black and white bear; a panda eating bamboo
snakes = snake; reptile; a snake lying on the ground; a coiled snake
""", cap=300, terms="MIT named in the readme, no licence file",
       what="bicycles, motorcycles, cars and lorries, pandas, snakes (its cats are those of Asirra, left out)")

source("raccoons", "daiyinger/raccoon_dataset", "95ca6673fbbb98224afd1cd1a16beb7695a28a73",
       r"^(images)/", "images = raccoon; a furry animal with a black mask; a raccoon with a striped tail; wild animal",
       cap=200, terms="MIT (licence file)", what="raccoon detection set")

source("kangaroos", "experiencor/kangaroo", "882bbbd75ba49cb8cf9393e06d88ebaec293af32",
       r"^(images)/", "images = kangaroo; an Australian marsupial; a kangaroo standing on its hind legs; wild animal",
       cap=164, what="kangaroo detection set")

source("excavators", "miniexcav/Construction-Machines-Images-Dataset", "fc3e24b8401b87ed4b62488e459e5c915467da96",
       r"^(excavator)", "excavator = excavator; digger; a construction machine with a bucket on an arm; construction site",
       cap=150, what="excavators on building sites")

source("ants_bees", "zhangtao7750/syn", "f0503091488f67b6809a6da2eaa43c25f2f277fc",
       r"^hymenoptera_data/train/(\w+)/", """
ants = ant; insect; a small ant with six legs; an ant close up
bees = bee; insect; a bee on a flower; a flying honey bee
""", cap=130, what="ants and bees (hymenoptera of the PyTorch tutorial), train part")

source("pizza_icecream", "ATG-5222/ImageClassification", "96af562fce3985dbab99d8bb2a307f73cd0deea9",
       r"^train/(\w+)/", """
icecream = ice cream; dessert; scoops of ice cream in a cone or bowl; sweet food
pizza = pizza; food; a round pizza with cheese and tomato; a baked dish
""", cap=300, terms="MIT (licence file of the repository)", what="Pizza vs Ice Cream, train part")

source("things50", "lqhl/Painting-Finder", "aa59154ce52c3cfdf3489f7ea5c0364ddecb081d",
       r"^data/([^/]+)/", """
2knife = pocket knife; knife; a folding knife with a blade; tool
2pensil = pencil; drawing of a pencil; writing tool
T shirt = T-shirt; garment; a printed short-sleeved shirt
Taj Mahal = Taj Mahal; a white marble mausoleum with a dome; a famous building in India
bag = handbag; bag; a leather bag with handles
ballet = ballet dancer; dancing; a ballerina on the tips of her toes
butterfly = butterfly; insect; a butterfly with patterned wings
cake = cake; dessert; a decorated cake with tiers
camel = camel; desert animal; a camel with humps
car = car; automobile; a motor car seen from the side
cyclist = cyclist; a person riding a bicycle; bicycle racing
daisy = daisy; flower; a daisy with long petals
desk lamp = desk lamp; lamp; a table lamp with a bendable arm
dragonfly = dragonfly; insect; a dragonfly with four clear wings
eiffel tower = Eiffel Tower; a tall iron tower; a landmark in Paris
elephant = elephant; a large grey animal with a trunk; mammal
envelope = envelope; letter; a paper envelope for post
folding fan = folding fan; a hand fan of paper; an open fan
fuji mountain = Mount Fuji; a volcano with snow on top; a mountain in Japan
giraffe = giraffe; an African animal with a very long neck; mammal
golden gate = Golden Gate Bridge; a red suspension bridge; a bridge over a bay
heart = heart; a heart shape; a symbol of love
heron = heron; a long-legged wading bird; bird
horse = horse; a galloping horse; hoofed animal
hot air balloon = hot air balloon; a colourful balloon in the sky; aircraft
icecream = ice cream cone; dessert; sweet food
letter a = letter A; a capital letter; character
mug = mug; cup; a coffee mug with a handle
open road = open road; a long straight road to the horizon; landscape
pineapple = pineapple; fruit; a tropical fruit with spiky leaves
pisa tower = Leaning Tower of Pisa; a white leaning tower; a landmark in Italy
question mark = question mark; a punctuation sign; symbol
sailboat = sailing boat; a boat with sails on the water; sailboat
seagull = seagull; a white sea bird; bird
smiley face = smiley face; a round yellow smiling face; symbol
stapler = stapler; office tool; a stapler for paper
starfish = starfish; sea animal; a star-shaped animal with five arms
sunflower = sunflower; flower; a big yellow flower
swan = swan; water bird; a white swan on a lake
table globe = globe; a model of the earth on a stand; a world globe
tea cup = teacup; cup; a china cup on a saucer
teapot = teapot; a pot with a spout for tea; crockery
teddy bear = teddy bear; soft toy; a plush bear
temple of heaven = Temple of Heaven; a round Chinese temple; a building in Beijing
tiger = tiger; big cat; a striped cat
tree = tree; a single tree with branches; plant
watch = wristwatch; watch; a watch with a strap
water lily = water lily; flower; a flower floating on a pond
windmill = windmill; a mill with sails; building
""", cap=50, skip=r"_contour", terms="none stated for the pictures (the program is MIT)",
       what="50 kinds of things collected by web search for sketch retrieval (edge maps, guns, and classes named as in Caltech-101 with logos left out)")

source("day_night", "jesus-a-martinez-v/naive-day-night-classifier", "27e00b10b0820885f19bf6749b731ef36081d477",
       r"^day_night_images/training/(\w+)/", """
day = street by day; daytime; a road or town in daylight
night = street at night; night-time; lights in the dark
""", cap=60, what="day and night pictures (AMOS web cameras, Udacity), training part")

source("imagenet18", "pomatokyo/mini-imagenet", "dabe0f0b318a175b84a197ed81278c72e0e95383",
       r"^imagenet-mini/train/(n\d+)/", """
n01440764 = tench; fish; a green-brown fish held by an angler
n01443537 = goldfish; fish; a small orange fish in a tank
n01484850 = great white shark; shark; a large shark in the sea
n01491361 = tiger shark; shark; a shark with dark stripes
n01494475 = hammerhead shark; shark; a shark with a wide flat head
n01496331 = electric ray; fish; a flat round fish on the sea floor
n01498041 = stingray; fish; a flat ray with a long tail
n01514668 = rooster; cock; bird; a male chicken with a red comb
n01514859 = hen; chicken; bird; a farm hen
n01518878 = ostrich; bird; a huge bird with long legs and neck
n01530575 = brambling; bird; a small finch with an orange breast
n01531178 = goldfinch; bird; a small yellow and black bird
n01532829 = house finch; bird; a small brown bird with a red head
n01534433 = junco; bird; a small grey bird
n01537544 = indigo bunting; bird; a bright blue small bird
n01558993 = American robin; bird; a thrush with a red breast
n01560419 = bulbul; bird; a songbird with a crest
n01580077 = jay; bird; a blue bird of the crow family
""", cap=40, terms="none stated; ImageNet terms (non-commercial research and education)",
       what="part of ImageNet-mini, train part")

source("feedme", "feedmejefferson/images", "cedc596c3c67957da9fee70d96e3c004b71e8240", reader="feedme",
       cap=2000, terms="per picture, in its photos/ folder: public domain (8 in 10), CC BY 2.0, CC BY-SA 2.0; the few CC BY-ND left out",
       what="food photographs (Pexels and others) with titles and tags by people")

source("pacs_art", "MachineLearning2020/Homework3-PACS", "d586a6cf3db84896fb6cc465c7bf51bdaf6d65d8",
       r"^PACS/((?:art_painting|cartoon)/\w+)/", """
art_painting/dog = painting of a dog; dog; art; a painted dog
art_painting/elephant = painting of an elephant; elephant; art; a painted elephant
art_painting/giraffe = painting of a giraffe; giraffe; art; a painted giraffe
art_painting/guitar = painting of a guitar; guitar; art; a painted guitar
art_painting/horse = painting of a horse; horse; art; a painted horse
art_painting/house = painting of a house; house; art; a painted house
art_painting/person = painting of a person; portrait; art; a painted person
cartoon/dog = cartoon dog; dog; drawing; a drawn comic dog
cartoon/elephant = cartoon elephant; elephant; drawing; a drawn comic elephant
cartoon/giraffe = cartoon giraffe; giraffe; drawing; a drawn comic giraffe
cartoon/guitar = cartoon guitar; guitar; drawing; a drawn guitar
cartoon/horse = cartoon horse; horse; drawing; a drawn comic horse
cartoon/house = cartoon house; house; drawing; a drawn house
cartoon/person = cartoon person; person; drawing; a drawn comic figure
""", cap=60, what="PACS, the art painting and cartoon parts (its photo part is from Caltech-256 and left out)")

source("hcaptcha", "MaxAndolini/hCaptcha-Images", "b59c816995361e8ffc03146e5f99ef1fb4ac8b30",
       r"^([a-z -]+)/", """
airplane = airplane; aeroplane; a passenger plane in the sky or on the runway; aircraft
bedroom = bedroom; room; a bed with pillows in a room; interior
bicycle = bicycle; bike; a two-wheeled cycle; vehicle
bird = bird; parrot; a colourful bird with a curved beak; animal
boat = boat; ship; a sailing boat or motor boat on the water; vessel
bridge = bridge; a bridge over the water; an arch or suspension bridge; construction
bus = bus; a public bus on the street; a coach or double-decker; vehicle
motorbus = bus; a public bus on the street; a coach or double-decker; vehicle
bus-motorbus = bus; a public bus on the street; a coach or double-decker; vehicle
car = car; automobile; a passenger car on the road; motor vehicle
conference room = conference room; meeting room; rows of chairs and tables in a hall; interior
dog = dog; a pet dog; the face of a dog; a furry canine
domestic cat = cat; a domestic cat; a pet cat with fur and whiskers; a feline
elephant = elephant; a large grey animal with a trunk; an elephant in the wild; mammal
giraffe = giraffe; an African animal with a very long neck; a spotted animal; mammal
horse = horse; a brown horse on the grass; hoofed animal; a standing horse
lion = lion; a big wild cat; a lion with a mane; the face of a lion
living room = living room; room; a sofa and armchairs in a room; interior
motorcycle = motorcycle; motorbike; a parked motorcycle; two-wheeled motor vehicle
parrot = parrot; bird; a colourful parrot with a curved beak; animal
plant = plant; flower or tree; a plant with leaves or petals; vegetation
seaplane = seaplane; aeroplane; a small plane on floats on the water; aircraft
smiling dog = dog with open mouth; dog; a happy dog with its tongue out; pet
train = train; railway; a locomotive with carriages on rails; vehicle
truck = truck; lorry; a heavy truck or fire engine on the road; motor vehicle
""", cap={"*": 400, "bedroom": 250, "living room": 250, "conference room": 150, "dog with open mouth": 100,
          "plant": 150, "seaplane": 150, "bridge": 250, "parrot": 250, "lion": 250, "elephant": 250, "giraffe": 250},
       min_side=128, skip=r"made of clouds|flying left|closed eyes",
       what="pictures of the hCaptcha service, 128 to 144 pixels; some are made by a network or slightly turned; "
            "the 100-pixel ones with printed noise left out")

source("fruits40", "strgalt-t/Fruits-40-EU", "4f0a85da9e50d8e8b9a87ec0bdd95ed27a7d4ca7",
       r"^([a-z ]+)/", """
apple = apple; fruit; red or green apples; apples on a tree
apricot = apricot; fruit; orange apricots; stone fruit
avocado = avocado; fruit; a green avocado, cut or on the tree
banana = banana; fruit; a bunch of yellow or green bananas
bearberry = bearberry; berries; small red berries on a low shrub
bell pepper = bell pepper; sweet pepper; a red, yellow or green pepper; vegetable
black berry = blackberry; berries; dark juicy blackberries; fruit
black cherry = black cherry; berries; dark cherries on a branch; fruit
black currant = blackcurrant; berries; small black berries; fruit
blueberry = blueberry; berries; small blue berries; fruit
cashew = cashew fruit; cashew; a cashew apple with its nut
cherry = cherry; fruit; red cherries; stone fruit
clementine = clementine; citrus fruit; a small orange citrus fruit, peeled or whole
coconut = coconut; fruit; coconuts on a palm or cut open
cranberry = cranberry; berries; small red berries; fruit
date = date; fruit; brown dried dates or dates on a palm
eggplant = aubergine; eggplant; a shiny purple vegetable
grape = grapes; fruit; bunches of grapes on the vine
grapefruit = grapefruit; citrus fruit; a yellow or pink grapefruit, cut or whole
kiwi = kiwi fruit; kiwi; a brown fruit with green flesh
lemon = lemon; citrus fruit; yellow lemons
lime = lime; citrus fruit; green limes
mandarine = mandarin; citrus fruit; small peeled oranges; tangerine
mango = mango; tropical fruit; mangoes on a tree or cut
nectarine = nectarine; fruit; red and yellow smooth peaches
orange = orange; citrus fruit; an orange, cut or whole
passion fruit = passion fruit; tropical fruit; a purple fruit cut in half
peanut = peanuts; nuts; peanuts in their shells
pear = pear; fruit; green or yellow pears
pineapple = pineapple; tropical fruit; a fruit with spiky leaves
plumcot = plum; fruit; dark red plums; stone fruit
pomegranate = pomegranate; fruit; a red fruit full of seeds
pomelo = pomelo; citrus fruit; a very large green citrus fruit
pumpkin = pumpkin; squash; big orange pumpkins; vegetable
raspberry = raspberry; berries; red raspberries; fruit
strawberry = strawberry; berries; red strawberries; fruit
tomato = tomato; vegetable; ripe red tomatoes
vanilla = vanilla pods; spice; dried dark vanilla pods or the plant
watermelon = watermelon; fruit; a green melon with red flesh
zucchini = courgette; zucchini; long green vegetables
""", cap=100, trim=True, what="40 kinds of fruit, nuts and vegetables found by web search, 104 pixels (white borders cut)")

source("animals22", "InputBlackBoxOutput/popular-animals-dataset", "0b73f02386d05f0126b0f33759bc7c795396768a",
       r"^([a-z]+)/", """
ape = ape; primate; a gorilla or chimpanzee; mammal
bear = bear; a brown bear; a large furry wild animal; mammal
bison = bison; buffalo; a large shaggy animal on the prairie; hoofed animal
cat = cat; a domestic cat; a pet cat; a feline
chicken = chicken; hen or cock; a farm bird; poultry
cow = cow; cattle; a cow on a pasture; farm animal
deer = deer; a wild deer; a stag with antlers or a doe; hoofed animal
dog = dog; a pet dog; a domestic dog; a canine
dolphin = dolphin; sea mammal; a dolphin jumping or swimming in the sea
duck = duck; water bird; a duck swimming on a pond; bird
eagle = eagle; bird of prey; an eagle with a hooked beak, flying or sitting; bird
fish = fish; sea animal; a fish swimming under water
horse = horse; hoofed animal; a horse running or standing
lion = lion; big wild cat; a lion with a mane
lobster = lobster; crustacean; a sea animal with claws; seafood
pig = pig; farm animal; a pink pig or piglet
rabbit = rabbit; bunny; a small furry animal with long ears
shark = shark; large fish; a shark swimming in the sea
snake = snake; reptile; a coiled snake
spider = spider; arachnid; a spider with eight legs
turkey = turkey; large bird; a turkey with spread tail feathers; poultry
wolf = wolf; wild canine; a grey wolf in the snow or forest
""", cap=120, terms="MIT (licence file)", what="22 popular animals found by web search")

source("food20", "Bhavyasree2013/AI-Calorie-Estimator", "8f0a7429de3948f36b727a4a70f11018393b1231",
       r"^dataset/([a-z ]+)/", """
biryani = biryani; rice dish; a plate of spiced rice with meat; Indian food
burger = burger; hamburger; a bun with meat and salad; fast food
cake = cake; dessert; a slice of cake; sweet food
chapati = chapati; flat bread; a stack of round Indian breads
chicken curry = chicken curry; curry; a bowl of chicken in sauce; Indian food
dal = dal; lentil soup; a bowl of yellow lentils; Indian food
dosa = dosa; Indian pancake; a crisp folded pancake with chutney
french fries = French fries; chips; a heap of fried potato sticks; fast food
fried rice = fried rice; rice dish; rice with vegetables and egg
ice cream = ice cream; dessert; scoops of ice cream; sweet food
idli = idli; rice cakes; round white steamed cakes; Indian food
momos = momos; dumplings; steamed filled dumplings
noodles = noodles; a plate or bowl of noodles; Asian food
paneer curry = paneer curry; curry; cheese cubes in sauce; Indian food
pasta = pasta; Italian food; noodles of many shapes
pizza = pizza; a baked dish with cheese and tomato; fast food
salad = salad; a bowl of green leaves and vegetables; healthy food
samosa = samosa; fried pastry; triangular filled pastries; Indian snack
sandwich = sandwich; bread with a filling; snack
upma = upma; semolina dish; a bowl of savoury porridge; Indian food
""", cap=70, what="20 dishes found by web search")

source("meals7", "khamar21/Meal-Detector-Backend", "6ea051a1c37d08c0bbe79f16d783d6258715ddf2",
       r"^dataset/([a-z ]+)/", """
biriyani = biryani; rice dish; a plate of spiced rice with meat; Indian food
burger = burger; hamburger; a bun with meat and salad; fast food
dosa = dosa; Indian pancake; a crisp folded pancake with chutney
icecream = ice cream; dessert; scoops of ice cream; sweet food
pizza = pizza; a baked dish with cheese and tomato; fast food
rice = rice; cooked rice; a bowl of white rice
salad = salad; a bowl of green leaves and vegetables; healthy food
""", cap=120, what="seven dishes found by web search")

source("toys", "toshihiroryuu/Dataset-Toy", "4b4b357e67de76d3a56ef1b1e3e918f270ee2598",
       r"^train/(aeroplane|car|train)/", """
aeroplane = toy aeroplane; toy plane; a model aircraft; a child's toy
car = toy car; model car; small toy vehicles; a child's toy
train = toy train; model railway; a toy locomotive with wagons; a child's toy
""", cap=70, what="toy vehicles found by web search, train part")

source("bakery", "f4nku4n/Recognize-cake", "6d2cb5e63bb0bd3fbae986fae2dfe07df4b1ec15",
       r"^([a-z]+)/", """
banhmi = baguette; bread; a long loaf of bread
cookie = cookie; biscuit; a round cookie
donut = doughnut; donut; a ring-shaped cake with icing
pizza = slice of pizza; pizza; a triangular piece of pizza
pretzel = pretzel; baked snack; a knotted salty bread
sungbo = croissant; pastry; a crescent-shaped pastry
""", cap=50, trim=True, what="six kinds of baked food on white")

source("sea5", "irisloret/AITaskDL", "d29bb1f6737ea8204bba0202a3d8ff7d88db510f",
       r"^datasets/train/([a-z+]+)/", """
amphiprioninae = clownfish; fish; an orange fish with white bands; a reef fish in a sea anemone
asteroidea = starfish; sea animal; a star-shaped animal with five arms
dolphin = dolphin; sea mammal; a dolphin jumping or swimming in the sea
jelly+fish = jellyfish; sea animal; a transparent animal with tentacles in the water
sea+turtle = sea turtle; reptile; a turtle swimming in the sea or on the beach
""", cap=120, what="five kinds of sea animals found by web search, train part")

source("gym6", "siddharthkhincha/Gym-Equipment-Classifier", "67fc5fba685b3bebfb42a60bcce123423c03ca97",
       r"^data/train/(\w+)/", """
bench_press = bench press; weight bench; a bench with a barbell; gym equipment
bicycle = exercise bike; stationary bicycle; a bicycle for training indoors; gym equipment
leg_press = leg press; a machine for leg training; gym equipment
pec_deck = chest press machine; a machine for arm and chest training; gym equipment
rowing = rowing machine; a machine for rowing indoors; gym equipment
treadmill = treadmill; running machine; a machine for running indoors; gym equipment
""", cap=60, terms="MIT (licence file)", what="gym equipment found by web search, train part")

source("bigcats", "smaranjitghose/Big_Cat_Classifier", "9cbeba16102c0ed414a6862a91caa77ac71b04dd",
       r"^data/(\w+)/", """
cheetah = cheetah; spotted big cat; a slender fast wild cat; animal of the savanna
leopard = leopard; spotted big cat; a wild cat with black rosettes; mammal
lion = lion; big wild cat; a lion with a mane; animal of the savanna
tiger = tiger; striped big cat; an orange cat with black stripes; mammal
""", cap=150, terms="MIT (licence file)", what="big cats found by web search (jaguar left out: it has cars in it)")

source("scenes5", "nikeshyad/image-classification", "d2ec197eb1586cdb2f75fdaa34ca035ced6b9df9",
       r"^([A-Z][a-z]+)/", """
Beach = beach; seaside; sand, blue water and palm trees; holiday landscape
Car = car; automobile; a passenger car; motor vehicle
Mountain = mountain; snowy peaks; mountains under a blue sky; landscape
Tree = tree; a big green tree on grass; plant
Waterfall = waterfall; falling water between rocks; river landscape
""", cap=60, what="five kinds of pictures found by web search")

source("objects3", "subtrex/bottle-car-shoe-dataset", "1472b79d9c36f0b2099f6e00f682fef062e250e7",
       r"^(bottle|car|shoe)/", """
bottle = bottle; glass bottle; a single bottle standing before a wall
car = car; automobile; a parked car; motor vehicle
shoe = shoe; footwear; a single shoe on the floor; sneaker
""", cap=100, what="bottles, cars and shoes photographed by the authors")

source("coco_train", "Sarthak-Thareja/semantic-image-search", "c654ed3e96fbfd2217a76deb5b3ac5b485ce3bdb",
       reader="captions", table="data/captions.csv", folder="data/images/", columns=(0, 1), cap=2500,
       skip=r"sample_[0-4]\.jpg",
       terms="none stated there; COCO pictures carry Flickr licences of their own, captions CC BY 4.0",
       what="the first 2,000 caption rows of COCO 2017 train (by its script from ChristophSchuhmann/MS_COCO_2017_URL_TEXT, "
            "split train), pictures 300 wide")

# Coded with the slower setting, and with more to spare for copies.
for name in ("intel_scenes sports instruments monkeys flowers5 cars aerial_aid trash clothes scenes15 things50 feedme").split():
    SOURCES[name].update(method=6, spare=1.25)
