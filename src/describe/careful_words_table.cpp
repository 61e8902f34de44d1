#include <array>

#include "describe/careful_words.h"

namespace tandem {
namespace {

constexpr std::array kNever = {
    CarefulWords{
        "gender",
        "man men woman women boy boys girl girls guy guys lady ladies gentleman gentlemen male "
        "males female females he she him her hers his himself herself husband husbands wife wives "
        "mother mothers father fathers mom moms mum mums mommy mummy dad dads daddy son sons "
        "daughter daughters sister sisters brother brothers aunt aunts uncle uncles niece nephew "
        "grandmother grandfather grandma grandpa granny grandson granddaughter girlfriend "
        "girlfriends boyfriend boyfriends bride brides groom grooms bridesmaid bridesmaids king "
        "kings queen queens prince princess princesses actress actresses waitress hostess "
        "stewardess ballerina ballerinas nun nuns monk monks mr mrs miss ms sir madam masculine "
        "feminine womanly manly transgender transsexual nonbinary cowboy cowboys cowgirl schoolboy "
        "schoolboys schoolgirl schoolgirls tomboy lad lads lass dude dudes bloke chap fellow "
        "widow widower maid housewife mans womans boys girls hes shes"},
    CarefulWords{"race",
                 "caucasian caucasians hispanic hispanics latino latinos latina latinas latinx "
                 "biracial multiracial interracial ethnic ethnicity racial aborigine aborigines "
                 "aboriginal eskimo eskimos gypsy gypsies negro negroes mulatto mestizo skinned "
                 "complexion asians africans arabs europeans mexicans indians "
                 "blacks whites orientals"},
    CarefulWords{"age",
                 "child children childs kid kids baby babies babys toddler toddlers infant infants "
                 "newborn newborns teen teens teenager teenagers teenage adolescent adolescents "
                 "elderly senior seniors pensioner pensioners youth youths youngster youngsters "
                 "adult adults middleaged preteen octogenarian grownup"},
    CarefulWords{"belief",
                 "muslims jews hindus buddhists sikhs catholics christians atheist atheists gay "
                 "gays lesbian lesbians bisexual homosexual homosexuals heterosexual queer"},
    CarefulWords{
        "health",
        "disabled disability disabilities handicapped handicap crippled cripple autistic autism "
        "obese obesity overweight underweight pregnant pregnancy deaf paralyzed paralysed "
        "paraplegic quadriplegic amputee amputees midget midgets retarded mentally dementia "
        "alzheimers cancer hiv depressed depression anorexic bulimic addict addicts addicted "
        "alcoholic alcoholics drunk drunken sick sickly ill illness injured wounded diabetic "
        "epileptic schizophrenic psychotic patient patients invalid diseased leper"},
};

constexpr std::array kOfPeople = {
    CarefulWords{"race",
                 "black white brown colored coloured asian african european arab arabic indian "
                 "chinese japanese "
                 "korean vietnamese thai mexican american british english french german spanish "
                 "italian russian turkish jewish afro native indigenous oriental eastern western "
                 "dark pale tanned"},
    CarefulWords{"age", "young younger old older aged teenaged"},
    CarefulWords{"belief",
                 "muslim islamic christian jewish hindu buddhist sikh catholic religious"},
};

constexpr std::array kNearPeople = {
    CarefulWords{"health",
                 "blind fat thin skinny slim chubby plump bony healthy unhealthy wheelchair "
                 "wheelchairs crutches lame mute bandaged prosthetic bald frail dwarf dwarfs"},
    CarefulWords{"race", "skin"},
};

}  // namespace

std::span<const CarefulWords> words_never_said() { return kNever; }
std::span<const CarefulWords> words_not_said_of_people() { return kOfPeople; }
std::span<const CarefulWords> words_not_said_near_people() { return kNearPeople; }

const char* words_for_people() {
  return "person persons persons people peoples human humans someone somebody anybody everybody "
         "who player players rider riders runner runners climber climbers crowd couple couples "
         "friend friends family families worker workers student students teacher teachers athlete "
         "athletes dancer dancers singer singers musician musicians doctor doctors nurse nurses "
         "soldier soldiers officer officers surfer surfers skier skiers swimmer swimmers cyclist "
         "cyclists biker bikers farmer farmers tourist tourists passenger passengers pedestrian "
         "pedestrians driver drivers cook cooks chef chefs artist artists actor actors model "
         "models individual individuals citizen citizens audience team face faces head hand hands "
         "body bodies arm arms leg legs";
}

const char* words_between() {
  return "and or young old tall short small big large happy smiling sitting standing very "
         "beautiful pretty handsome looking";
}

const char* words_like_man() {
  return "human humans german ottoman roman talisman caiman shaman norman doberman snowman "
         "snowmen specimen abdomen acumen regimen stamen yemen omen ramen cyclamen dolmen "
         "bitumen lumen rumen semen hymen examen foramen amen";
}

}  // namespace tandem
