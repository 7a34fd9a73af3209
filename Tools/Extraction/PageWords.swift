/// The words of saved web pages that belong to the site, not to the article: menus, sharing, notices.
///
/// All are whole lines, compared in lower case. Gathered from pages of newspapers, magazines and blogs; the
/// lines that software documentation may have as well ("Search", "Contents") count as menu words, but not as a
/// sign that a text is a page at all.
enum PageWords {
  /// Lines that hardly any text but a web page has: two different ones make a text a page.
  static let signs: Set<String> = words(
    """
    contact us|privacy policy|twitter|facebook|subscribe|log in|login|sign in|share|tweet|terms of use
    terms of service|advertise|newsletters|newsletter|skip to content|skip to main content
    skip to navigation|jump to navigation|advertisement|rss|site map|share on facebook|share on twitter
    advertise with us|podcasts|my account|follow us|cookie policy|about us|ad choices|most popular
    work with us|subscriptions|sign up|sign out|log out|create account|donate|linkedin|classifieds
    your ad choices|terms of sale|featured content|careers|remember me|from around the web|us edition
    google+|terms & conditions|not logged in|home page|listen live|get short url|community standards
    read more|pinterest|whatsapp|reddit|copy link|load more|sponsored|editor's picks|top stories
    latest news|share this|share this:|share this article|back to top|breaking news|obituaries
    view comments|show comments|leave a comment|leave a reply|related articles|related stories
    related posts|most read|recommended|trending|filed under:|powered by|anzeige|impressum|datenschutz
    startseite|teilen|abonnieren|accueil|se connecter|s'inscrire|s’abonner|partager|mentions légales
    compartir|suscríbete|publicidad|iniciar sesión|compartilhar|publicidade|přihlásit se|reklama
    поделиться|подписаться|реклама|войти
    """)

  /// Bytes.
  static let longestSign = signs.reduce(0) { max($0, $1.utf8.count) }

  /// Further lines of menus and toolbars.
  static let menu: Set<String> = words(
    """
    help|home|search|privacy|contact|about|close|comments|more|sections|faq|email|settings|corrections
    advertising|legal|featured|blogs|next|forums|register|support|loading...|menu|reply|multimedia
    comment|tools|×|site information navigation|go|shop|print|cookies|promoted links promoted links|undo
    font size|cancel|archive|save|google|terms|about our ads|permissions|username|discussion|related
    view all|show more|previous|popular|photo|photos|gallery|image|enlarge|share this:|print this
    email this|follow|like|play|play video|video|hide|open|top|navigation|search form|weather
    all rights reserved|tags|topics|image copyright|image caption|media caption|kontakt|suche|drucken
    anmelden|registrieren|einloggen|se déconnecter|recherche|rechercher|imprimer|envoyer|inicio|imprimir
    buscar|contacto|início|domů|hledat|главная|поиск|контакты|комментарии
    """)

  /// Behind these the readers speak, or the page ends.
  static let ends: Set<String> = words(
    """
    share this:|like this:|reply|leave a reply|leave a comment|related articles|related posts
    related stories|add a comment|comments
    """)

  /// Lines that interrupt or follow an article; a count before or behind them has been taken off.
  static let interruptions: Set<String> = words(
    """
    comment|response|responses|replies|post a comment|related|related content|related news
    related topics|related coverage|related links|see also|see more|more stories|read next|read more
    most popular|most read|most viewed|most emailed|most shared|most commented|from around the web
    around the web|about the author|about the authors|discussion|show comments|view comments
    read comments|load comments|show all comments|view all comments|share|tags|topics|explore further
    next article|next post|next story|previous article|previous post|previous story|categories
    """)

  /// As `interruptions`, when a line of at most twelve words begins so.
  static let interruptionPrefixes = [
    "kommentare", "you may", "you might", "we recommend", "more from", "more in ", "more on ",
    "more about", "recommended", "sponsored", "trending", "share this", "follow us", "filed under",
    "tagged", "subscribe", "sign up", "copyright", "©", "(c) ", "all rights reserved",
  ]

  private static func words(_ list: String) -> Set<String> {
    Set(list.split { $0 == "|" || $0.isNewline }.map(String.init))
  }
}
