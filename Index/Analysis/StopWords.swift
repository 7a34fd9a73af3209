/// Function words by language, in exact form: articles, pronouns, prepositions, conjunctions, and the forms of the verbs
/// for *to be*, *to have* and the like. A long OR query can leave them out; everything is indexed.
///
/// Only of languages that we can judge; the others have none.
enum StopWords {
  /// The 33 of Lucene's EnglishAnalyzer.
  static let english = """
    a an and are as at be but by for if in into is it no not of on or such that the their then there \
    these they this to was will with
    """

  static let german = """
    aber als also am an auch auf aus bei bin bis bist da dann das dass daß dein deine dem den denn der deren des \
    dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines \
    er es euch euer eure für hat hatte hatten haben habe hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins \
    ist ja jede jedem jeden jeder jedes kann kein keine keinen man mein meine mich mir mit nach nicht noch nun nur ob \
    oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so über um und uns unser unsere unter vom von \
    vor war waren was weil wenn wer werden wie wieder will wir wird wo wurde wurden zu zum zur zwischen
    """

  static let french = """
    à ai as au aucun aussi autre aux avec avait ayant c'est ce ceci cela celle celles celui ces cet cette ceux chaque \
    comme d'un d'une dans de des donc dont du elle elles en encore entre es est et étaient était été être eu eux fait \
    il ils j'ai je l'on la laquelle le lequel les lesquels leur leurs lui ma mais me même mes moi mon n'est ne ni nos \
    notre nous on ont ou où par pas plus pour qu'elle qu'il qu'ils qu'on quand que quel quelle quelles quels qui s'il \
    sa sans se sera ses si son sont sous sur ta te tes toi ton très tu un une vers vos votre vous y
    """

  static let spanish = """
    a al algo algunas alguno algunos ante antes aquel aquella aquellos así aún aunque como con contra cual cuales cuando \
    de del desde donde dos durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta está están \
    estas este esto estos fue fueron ha había habían han hasta hay la las le les lo los más me mi mis mucho muy nada ni \
    no nos nosotros o os otra otras otro otros para pero poco por porque pues que qué quien quienes se sea según ser si \
    sí sido sin sobre son su sus también tan tanto te tiene tienen todo todos tu tú un una unas uno unos y ya yo
    """

  static let portuguese = """
    a à ao aos aquela aquelas aquele aqueles aquilo as às até com como da das de dela delas dele deles depois do dos e é \
    ela elas ele eles em entre era eram essa essas esse esses esta está estão estas este estes eu foi foram há isso isto \
    já lhe lhes mais mas me mesmo meu minha muito na não nas nem no nos nós nossa nosso num numa o os ou para pela pelas \
    pelo pelos por porque qual quando que quem se sem ser será seu seus só sua suas são também te tem têm tua tudo um uma \
    umas uns você vocês
    """

  static let italian = """
    a ad agli ai al alla alle allo anche avere aveva c'è che chi ci coi col come con cosa cui da dagli dai dal dalla dalle \
    dallo degli dei del dell'altro della delle dello di dove e è ed era erano essere fra fu gli ha hanno ho i il in io la \
    le lei li lo loro lui ma mi mia mio ne negli nei nel nella nelle nello noi non nostra nostro o od ogni per perché \
    però più poi può qual quale quali quando quanto quella quelle quelli quello questa queste questi questo se sei si \
    sia siamo sono su sua sue sugli sui sul sulla sulle sullo suo suoi tra tu tua tuo tutti tutto un una uno vi voi
    """

  static let dutch = """
    aan al alle als andere bij ben daar dan dat de deze die dit doch doen door dus een en er ge geen had hadden heb hebben \
    heeft hem het hier hij hoe hun ik in is ja je jij jou jouw kan kon maar me meer men met mij mijn moet na naar niet nog \
    nu of om omdat ons onze ook op over reeds te ten ter toch toen tot u uit uw van veel voor want waren was wat we welke \
    werd werden wezen wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou
    """

  static let swedish = """
    alla allt att av bara blev bli blir då de dem den denna deras dess dessa det detta dig din där efter eller en er ett \
    från för ha hade han hans har henne hennes hon honom hur här i icke in inte ja jag kan kunde man med mellan men mig \
    min mot mycket ni nu när någon något några och om oss på sedan sig sin sina sitt ska skall skulle som så till under \
    upp ut utan vad var vara varför varit vart vem vi vid vilka vilken vilket är även över
    """

  static let danish = """
    af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din disse dog du efter eller en end \
    er et for fra få ham han hans har have havde hende hendes her hos hun hvad hvem hver hvis hvor hvordan i ikke ind jeg \
    jer jo kan kom kunne man mange med meget mellem men mig min mod ned noget nogle nok nu når og også om op os over på \
    sig sin skal skulle som sådan thi til ud under var vi vil ville vor være været
    """

  /// Of both written norms.
  static let norwegian = """
    alle at av bare begge ble blei bli blir da de deg dei dem den denne der dere deres det dette di din disse du eg ei \
    eit eller en er et etter for fra før ha hadde han hans har henne hennes her hos hun hva hvem hver hvis hvor hvordan \
    i ikke ikkje inn ja jeg kan kom kunne man mange med meg mellom men mer min mot mye må ned no noe noen nokon nå når \
    og også om opp oss over på seg sin sine skal skulle slik som så til um under upp ut uten var ved vi vil ville vår \
    være vært å
    """

  static let finnish = """
    ei eivät eikä ei ehkä en enemmän ennen että hän hänellä hänen hänet häntä he heidän heille heitä ja jo joilla joita \
    jonka joka jos joskus jota jotka joten kanssa koska kuin kuinka kun kunnes me meidän meille meitä mikä miksi milloin \
    minkä minua minulla minun minä missä mistä mitä mihin myös mutta muun ne niiden niin niissä niitä noin nuo nyt ole \
    olen olet oli olivat olla olleet ollut on oma ovat se sekä sen siellä siihen siinä siitä sillä sinulla sinun sinä \
    sitä tai tämä tämän tässä tästä tätä te teidän vaan vai vain vaikka voi
    """

  static let russian = """
    а без более бы был была были было быть в вам вас ведь весь во вот все всего всех вы где да даже для до его ее ей если \
    есть еще же за здесь и из или им их к как какая какой когда кто ли либо между меня мне может мы на над надо нас не \
    него нее нет ни них но ну о об однако он она они оно от по под при с сам свое своей своих себя со так такой там тебя \
    то тогда того тоже той только том тот ты у уже хотя чего чей чем что чтобы эта эти это этого этой этом этот эту я \
    её всё ещё
    """

  static let hungarian = """
    a abban ahhoz ahogy ahol aki akik akkor alatt által általában amely amelyek amelyekben amelyet ami amit amikor át az \
    azok azon azonban azért azt aztán azután be belül benne de e ebben eddig egy egyes egyik ehhez ekkor el ellen első \
    elő előtt én ennek és ez ezek ezen ezért ezt fel felé ha hanem hiszen hogy hogyan ide igen ilyen is itt jól kell ki \
    közben közé között közül legyen lehet lesz lett ma maga már más meg még mely melyek mert mi miért mikor mint mintha \
    mit most nagyon ne néha nekem neki nem nincs ő ők olyan össze ott pedig persze rá s saját sem semmi si sok szerint \
    szinte tehát ti te több továbbá új után úgy vagy vagyok valaki valami van vannak vele vissza viszont volna volt
    """

  static let romanian = """
    a acea aceasta această aceea acei aceia acel acela acele acelea acest acesta aceste acestea acești aceștia ai al ale am \
    ar are aș așa asupra ați au avea avem aveți ca că când care cărei căror cât către ce cea cei cel cele ci cine cu cum \
    da dacă dar de deci deși din dintr dintre doar după ea ei el ele era erau este eu fără fi fie fiecare fost iar în \
    înainte încă între îi îl își la le li lor lui mai mea mei mele meu mi mult n-a ne nici noi nostru noștri nu o ori pe \
    pentru peste până poate prin s-a sa sale sau săi său se si și spre sub sunt suntem ta te toate tot toți tu un una \
    unde unei unele unor unui va vă voi vom vor
    """

  static let catalan = """
    a al algun alguna als altra altre altres amb aquell aquella aquells aquest aquesta aquestes aquests això allò cada com \
    d'un d'una de del dels des després doncs e el ell ella ells els em en encara ens entre era eren és es esta està estan \
    et ets fins ha han havia he hi ho i jo l'altre la les li ll lo los me més meu meva mi mig molt na ni no nosaltres o on \
    per perquè però poc qual quan que què qui s'ha sa se sense ser seu seva seves seus si sobre sol són sota també tan \
    tant te té tenen tot tots tu un una unes uns va vam van vas vosaltres
    """

  static let turkish = """
    acaba ama ancak artık aslında az bana bazı belki ben benim beri bile bir biri birkaç biz bizim bu buna bunda bundan \
    bunlar bunu bunun böyle çok çünkü da daha de defa değil diye dolayı en gibi göre ha hangi hem hep her hiç için ile \
    ise işte kadar karşı ki kim kimse mı mi mu mü nasıl ne neden nerede niye o olan olarak oldu olduğu ona ondan onlar \
    onu onun oysa öyle sanki sen senin siz sizin sonra şey şu tüm var ve veya ya yani yok yine zaten
    """

  static let greek = """
    αλλά αν από αυτά αυτές αυτή αυτό αυτοί αυτός αυτού αυτούς αυτών για δε δεν εάν εγώ είμαι είναι είχε εκεί \
    εκείνη εκείνο εκείνος εμείς ένα ένας έτσι έχει έχουν ή η ήταν θα ίσως και κάθε κατά κι μα με μεταξύ μετά μέχρι μη \
    μην μια μία μόνο μου να ο οι όμως όπου όπως ότι ού που προς πως πώς σαν σας σε στη στην στης στις στο στον στους στα \
    συ τα τη την της τι τις το τον του τους των τότε ως
    """

  static let indonesian = """
    ada adalah agar akan anda antara apa apabila atas atau bagi bagaimana bahwa banyak beberapa belum bila bisa boleh bukan \
    dalam dan dapat dari daripada demikian dengan di dia hanya harus ia ialah ini itu jika juga kalau kami kamu karena ke \
    kepada kita lagi lain lebih maka masih mereka merupakan namun oleh pada para per saat saja sampai sangat saya sebagai \
    sebuah secara sedang sehingga sejak seorang seperti serta setiap sudah supaya tanpa telah tentang tersebut terhadap \
    tetapi tidak untuk yaitu yakni yang
    """
}
