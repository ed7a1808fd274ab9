"""How several hundred English and French words are spoken, in ARPAbet-like symbols.

A 1 after a vowel marks the stressed one. French adds the front rounded and nasal vowels
(UE, OE, AN, IN, ON) and its own R (RR).
"""

from __future__ import annotations

from functools import lru_cache

_ENGLISH = """
hello HH AH L OW1; voice V OY1 S; hi HH AY1; hey HH EY1; goodbye G UH D B AY1; bye B AY1; good G
UH1 D; morning M AO1 R N IH NG; evening IY1 V N IH NG; night N AY1 T; day D EY1; afternoon AE F T
ER N UW1 N; welcome W EH1 L K AH M; thanks TH AE1 NG K S; thank TH AE1 NG K; you Y UW1; please P L
IY1 Z; sorry S AA1 R IY; yes Y EH1 S; no N OW1; maybe M EY1 B IY; okay OW K EY1; sure SH UH1 R; of
AH V; course K AO1 R S; right R AY1 T; wrong R AO1 NG; the DH AH; a AH; an AE N; and AE N D; but B
AH1 T; or AO1 R; so S OW1; then DH EH1 N; now N AW1; here HH IY1 R; there DH EH1 R; this DH IH1 S;
that DH AE1 T; these DH IY1 Z; those DH OW1 Z; it IH T; is IH Z; are AA R; am AE M; was W AH Z; be
B IY1; I AY1; we W IY1; they DH EY1; he HH IY1; she SH IY1; me M IY1; my M AY1; your Y AO R; our
AW R; his HH IH1 Z; her HH ER1; us AH1 S; them DH EH1 M; what W AH1 T; where W EH1 R; when W EH1
N; who HH UW1; why W AY1; how HH AW1; do D UW1; does D AH1 Z; did D IH1 D; can K AE N; could K UH1
D; will W IH L; would W UH D; have HH AE V; has HH AE1 Z; had HH AE1 D; like L AY1 K; love L AH1
V; want W AA1 N T; wants W AA1 N T S; need N IY1 D; know N OW1; think TH IH1 NG K; see S IY1; look
L UH1 K; hear HH IY1 R; listen L IH1 S AH N; say S EY1; tell T EH1 L; talk T AO1 K; speak S P IY1
K; sing S IH1 NG; dance D AE1 N S; play P L EY1; run R AH1 N; walk W AO1 K; jump JH AH1 M P; swim
S W IH1 M; fly F L AY1; fall F AO1 L; climb K L AY1 M; ride R AY1 D; drive D R AY1 V; go G OW1;
come K AH1 M; stay S T EY1; wait W EY1 T; stop S T AA1 P; start S T AA1 R T; open OW1 P AH N;
close K L OW1 Z; eat IY1 T; drink D R IH1 NG K; sleep S L IY1 P; wake W EY1 K; read R IY1 D; write
R AY1 T; draw D R AO1; paint P EY1 N T; make M EY1 K; build B IH1 L D; find F AY1 N D; lose L UW1
Z; give G IH1 V; take T EY1 K; bring B R IH1 NG; buy B AY1; sell S EH1 L; show SH OW1; watch W AA1
CH; help HH EH1 L P; try T R AY1; feel F IY1 L; smile S M AY1 L; laugh L AE1 F; cry K R AY1; dream
D R IY1 M; hope HH OW1 P; wish W IH1 SH; learn L ER1 N; teach T IY1 CH; catch K AE1 CH; throw TH R
OW1; roll R OW1 L; bounce B AW1 N S; wonderful W AH1 N D ER F AH L; beautiful B Y UW1 T AH F AH L;
happy HH AE1 P IY; sad S AE1 D; funny F AH1 N IY; nice N AY1 S; great G R EY1 T; big B IH1 G;
small S M AO1 L; little L IH1 T AH L; tall T AO1 L; short SH AO1 R T; long L AO1 NG; new N UW1;
old OW1 L D; young Y AH1 NG; hot HH AA1 T; cold K OW1 L D; warm W AO1 R M; cool K UW1 L; wet W EH1
T; dry D R AY1; fast F AE1 S T; slow S L OW1; loud L AW1 D; quiet K W AY1 AH T; easy IY1 Z IY;
hard HH AA1 R D; soft S AO1 F T; sweet S W IY1 T; tired T AY1 ER D; hungry HH AH1 NG G R IY; ready
R EH1 D IY; busy B IH1 Z IY; lost L AO1 S T; lucky L AH1 K IY; brave B R EY1 V; kind K AY1 N D;
red R EH1 D; orange AO1 R IH N JH; yellow Y EH1 L OW; green G R IY1 N; blue B L UW1; purple P ER1
P AH L; pink P IH1 NG K; brown B R AW1 N; white W AY1 T; black B L AE1 K; grey G R EY1; one W AH1
N; two T UW1; three TH R IY1; four F AO1 R; five F AY1 V; six S IH1 K S; seven S EH1 V AH N; eight
EY1 T; nine N AY1 N; ten T EH1 N; many M EH1 N IY; more M AO1 R; all AO1 L; some S AH1 M; every
EH1 V R IY; first F ER1 S T; last L AE1 S T; next N EH1 K S T; again AH G EH1 N; always AO1 L W EY
Z; never N EH1 V ER; today T AH D EY1; tomorrow T AH M AA1 R OW; yesterday Y EH1 S T ER D EY;
tonight T AH N AY1 T; soon S UW1 N; later L EY1 T ER; sun S AH1 N; moon M UW1 N; star S T AA1 R;
stars S T AA1 R Z; sky S K AY1; cloud K L AW1 D; clouds K L AW1 D Z; rain R EY1 N; snow S N OW1;
wind W IH1 N D; storm S T AO1 R M; weather W EH1 DH ER; water W AO1 T ER; sea S IY1; river R IH1 V
ER; lake L EY1 K; beach B IY1 CH; sand S AE1 N D; mountain M AW1 N T AH N; hill HH IH1 L; tree T R
IY1; trees T R IY1 Z; flower F L AW1 ER; flowers F L AW1 ER Z; grass G R AE1 S; garden G AA1 R D
AH N; park P AA1 R K; city S IH1 T IY; street S T R IY1 T; road R OW1 D; house HH AW1 S; home HH
OW1 M; room R UW1 M; door D AO1 R; window W IH1 N D OW; table T EY1 B AH L; chair CH EH1 R; bed B
EH1 D; kitchen K IH1 CH AH N; school S K UW1 L; book B UH1 K; music M Y UW1 Z IH K; song S AO1 NG;
game G EY1 M; ball B AO1 L; box B AA1 K S; tower T AW1 ER; car K AA1 R; boat B OW1 T; train T R
EY1 N; bird B ER1 D; birds B ER1 D Z; cat K AE1 T; dog D AO1 G; bear B EH1 R; rabbit R AE1 B IH T;
fox F AA1 K S; fish F IH1 SH; horse HH AO1 R S; robot R OW1 B AA T; friend F R EH1 N D; friends F
R EH1 N D Z; man M AE1 N; woman W UH1 M AH N; boy B OY1; girl G ER1 L; baby B EY1 B IY; mother M
AH1 DH ER; father F AA1 DH ER; sister S IH1 S T ER; brother B R AH1 DH ER; everyone EH1 V R IY W
AH N; everybody EH1 V R IY B AA D IY; people P IY1 P AH L; name N EY1 M; time T AY1 M; way W EY1;
world W ER1 L D; thing TH IH1 NG; place P L EY1 S; story S T AO1 R IY; question K W EH1 S CH AH N;
idea AY D IY1 AH; surprise S ER P R AY1 Z; secret S IY1 K R AH T; magic M AE1 JH IH K; birthday B
ER1 TH D EY; party P AA1 R T IY; cake K EY1 K; bread B R EH1 D; apple AE1 P AH L; apples AE1 P AH
L Z; banana B AH N AE1 N AH; cheese CH IY1 Z; milk M IH1 L K; tea T IY1; coffee K AO1 F IY; soup S
UW1 P; breakfast B R EH1 K F AH S T; lunch L AH1 N CH; dinner D IH1 N ER; hat HH AE1 T; coat K OW1
T; shoes SH UW1 Z; to T AH; in IH N; on AA N; at AE T; for F ER; with W IH DH; from F R AH M; up
AH1 P; down D AW1 N; over OW1 V ER; under AH1 N D ER; out AW1 T; into IH1 N T AH; about AH B AW1
T; not N AA1 T; very V EH1 R IY; too T UW1; just JH AH S T; really R IH1 L IY; only OW1 N L IY;
let L EH1 T; lets L EH1 T S; its IH T S; thats DH AE1 T S; im AY1 M; dont D OW1 N T; wow W AW1; oh
OW1; well W EH1 L; much M AH1 CH; such S AH1 CH; fun F AH1 N; lovely L AH1 V L IY; amazing AH M
EY1 Z IH NG; careful K EH1 R F AH L; perfect P ER1 F IH K T; green-house G R IY1 N HH AW S;
nothing N AH1 TH IH NG; something S AH1 M TH IH NG; anything EH1 N IY TH IH NG; together T AH G
EH1 DH ER; outside AW T S AY1 D; inside IH N S AY1 D; away AH W EY1; back B AE1 K
"""

_FRENCH = """
bonjour B ON ZH UH1 RR; salut S AH L UE1; bonsoir B ON S W AA1 RR; merci M EH RR S IY1; oui W IY1;
non N ON1; au OH; revoir RR OE V W AA1 RR; ami AH M IY1; amis AH M IY1; mon M ON; ma M AH; mes M
EH; ton T ON; ta T AH; le L OE; la L AH; les L EH; un IN; une UE1 N; des D EH; je ZH OE; tu T UE;
il IY L; elle EH L; nous N UW; vous V UW; suis S W IY1; es EH; est EH; sommes S AO1 M; ai EH; as
AH; avons AH V ON1; jaime ZH EH1 M; toi T W AA1; aime EH1 M; aimes EH1 M; veux V OE1; voir V W AA1
RR; regarde RR OE G AA1 RR D; regardez RR OE G AA RR D EH1; coute K UW1 T; viens V Y IN1; va V
AH1; vas V AH1; allons AH L ON1; jouer ZH UW EH1; jouons ZH UW ON1; chante SH AN1 T; danse D AN1
S; mange M AN1 ZH; dors D AO1 RR; cours K UH1 RR; content K ON T AN1; contente K ON T AN1 T; belle
B EH1 L; beau B OH1; bon B ON1; bonne B AO1 N; grand G RR AN1; petit P OE T IY1; petite P OE T IY1
T; rouge RR UW1 ZH; bleu B L OE1; vert V EH1 RR; jaune ZH OH1 N; rose RR OH1 Z; noir N W AA1 RR;
blanc B L AN1; jour ZH UH1 RR; nuit N W IY1; matin M AH T IN1; soir S W AA1 RR; soleil S AO L EH1
Y; lune L UE1 N; ciel S Y EH1 L; pluie P L W IY1; neige N EH1 ZH; vent V AN1; mer M EH1 RR; plage
P L AA1 ZH; ville V IY1 L; maison M EH Z ON1; jardin ZH AA RR D IN1; fleur F L OE1 RR; arbre AA1
RR B RR; chat SH AH1; chien SH Y IN1; oiseau W AH Z OH1; ours UH1 RR S; lapin L AH P IN1; renard
RR OE N AA1 RR; balle B AA1 L; jeu ZH OE1; musique M UE Z IY1 K; ici IY S IY1; demain D OE M IN1;
toujours T UW ZH UH1 RR; jamais ZH AH M EH1; encore AN K AO1 RR; bien B Y IN1; comment K AO M AN1;
quel K EH1 L; quelle K EH1 L; temps T AN1; fait F EH1; beaucoup B OH K UW1; pas P AH1; avec AH V
EH1 K; pour P UH RR; dans D AN; sur S UE RR; et EH; tout T UW1; monde M ON1 D; attention AH T AN S
Y ON1; bravo B RR AH V OH1; super S UE P EH1 RR; magnifique M AH N Y IY F IY1 K; gentil ZH AN T
IY1; froid F RR W AH1; chaud SH OH1; faim F IN1; livre L IY1 V RR; table T AA1 B L; pain P IN1;
eau OH1; lait L EH1
"""


@lru_cache(maxsize=2)
def pronunciations(language: str) -> dict[str, tuple[str, ...]]:
    """Symbols by word, for "en" or "fr"."""
    text = {"en": _ENGLISH, "fr": _FRENCH}[language]
    entries = (entry.split() for entry in text.replace("\n", " ").split(";"))
    return {entry[0].lower(): tuple(entry[1:]) for entry in entries if entry}


def spoken(text: str, language: str) -> list[tuple[str, ...]]:
    """The symbols of each word of a sentence.

    Raises:
        ValueError: for a word that the lexicon lacks.
    """
    known = pronunciations(language)
    words = text.lower().replace("'", "").replace(",", "").strip(" .!?").split()
    missing = [word for word in words if word not in known]
    if missing:
        raise ValueError(
            f'the {language} lexicon lacks "{missing[0]}" of "{text}"; use words it has'
        )
    return [known[word] for word in words]
