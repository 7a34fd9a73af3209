/// Pages for tests, in the shapes that sites have.
enum HTMLFixtures {
  static let all = [
    news, blog, documentation, forum, table, russian, japanese, malformed,
  ]

  static let news = """
    <!DOCTYPE html>
    <html lang="en-GB"><head><meta charset="utf-8"><title>Ferry Service Resumes | The Daily Example</title>
    <meta property="og:title" content="Ferry Service to the Islands Resumes After Storm">
    <meta property="og:site_name" content="The Daily Example"><meta name="description" content=" Ferries sail again
      after four days in port. ">
    <link rel="stylesheet" href="/s.css"><link rel="canonical" href="https://news.example/islands/ferry-resumes">
    <meta property="article:published_time" content="2021-11-01T10:52:50+0100">
    <meta property="article:modified_time" content="2021-11-02T08:00:00Z">
    <meta property="article:tag" content="Islands"><meta property="article:tag" content="Ferries">
    <script>window.track("<p>never text</p>")</script><style>p { color: red }</style></head>
    <body class="article-page">
    <div id="cookie-banner"><p>We use cookies to make this page better for all of our readers.</p></div>
    <header class="site-header"><a href="/">The Daily Example</a>
    <nav><ul><li><a href="/politics">Politics</a></li><li><a href="/weather">Weather</a></li></ul></nav></header>
    <main><article><h1>Ferry Service to the Islands Resumes After Storm</h1>
    <p class="byline">By <a rel="author" href="/jane">Jane Roe</a> and <a rel="author" href="/ada">Ada Byron</a></p>
    <meta name="author" content="Jane Roe and Ada Byron">
    <div class="share-tools"><a href="#">Share</a> <a href="#">Tweet</a></div>
    <div class="article-body"><p>Ferries to the outer islands sailed again on Monday morning, after four days in
    which a storm had kept all of them in port.</p>
    <p>“We counted every tin of milk,” said the keeper of the shop on the largest of the islands, who had last been
    supplied on <a href="/wednesday">Wednesday</a>.</p>
    <aside class="newsletter"><h3>Our newsletter</h3><p>Subscribe to the letter that we send every week.</p></aside>
    <ul><li>First sailing at 06:15</li><li>Last sailing at 21:40</li></ul>
    <figure><img src="f.jpg" alt=""><figcaption>The first ferry leaves the port.</figcaption></figure>
    <p>The timetable of the summer stays in force until the end of the week, the company said.</p></div></article>
    <section class="related"><h2>Related</h2><ul><li><a href="/1">Harbour toll to rise in spring, council
    says</a></li><li><a href="/2">Storm damages two piers on the northern coast</a></li></ul></section>
    <section id="comments"><h2>Comments</h2><div class="comment"><p>This is the first comment, and I do not agree
    with the company at all.</p></div></section></main>
    <footer><p>© 2021 The Daily Example. All rights reserved.</p><a href="/privacy">Privacy policy</a></footer>
    </body></html>
    """

  static let blog = """
    <html><head><title>How I Repaired a Harmonium - Erika's Workshop</title></head><body>
    <div id="header"><h1><a href="/">Erika's Workshop</a></h1></div>
    <div id="wrap"><div class="post hentry"><h2 class="entry-title">How I Repaired a Harmonium</h2>
    <div class="meta"><span class="author vcard">Erika Muster</span>, <time class="published"
    datetime="2019-03-07">7 March 2019</time></div>
    <div class="entry-content">The bellows leaked, and two of the reeds did not speak at all.<br><br>
    I took the case apart and cleaned each reed with a soft brush, as the manual says.
    <pre>for reed in reeds {
      reed.clean()
    }</pre>
    <blockquote>Never bend a reed, said my teacher, unless you have another.</blockquote>
    Glue dries slowly in March, so I waited for a week before I closed the case.</div></div>
    <div class="navigation"><a href="/p2">Older posts</a> <a href="/p0">Newer posts</a></div>
    <ol class="commentlist"><li><cite>Max</cite> I had the same trouble with mine, and never could repair it.</ol>
    </div><div id="sidebar"><h3>Categories</h3><ul><li><a href="/a">Music</a><li><a href="/b">Tools</a></ul></div>
    </body></html>
    """

  static let documentation = """
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
    <html xmlns="http://www.w3.org/1999/xhtml"><head><title>open(2) — Library manual</title><script src="x.js"/>
    </head><body><div class="sidebar"><ul><li><a href="1.html">Chapter 1</a></li><li><a href="2.html">Chapter
    2</a></li></ul></div><div class="body" role="main"><a id="open"/><h1>open</h1>
    <p>The call opens the file that path names, and returns the lowest descriptor that is not in use.</p>
    <pre><code>int fd = open(path, O_RDONLY);
    if (fd == -1) err(1, "open");</code></pre><h2>Flags</h2>
    <dl><dt>O_APPEND</dt><dd>Each write goes to the end.</dd><dt>O_CREAT</dt><dd>Make the file.</dd></dl>
    <h2>Errors</h2><table><tr><th>Name</th><th>Meaning</th></tr>
    <tr><td>EACCES</td><td>Search permission is denied for a directory of the path.</td></tr>
    <tr><td>ENOENT</td><td>There is no such file.</td></tr></table>
    <p>Next call of <a href="read.html">read()</a> then begins at the first byte of the file.</p></div></body></html>
    """

  static let forum = """
    <html><head><title>Lamp flickers - Light forum</title></head><body>
    <ul class=nav><li><a href=/>Forum</a><li><a href=/faq>FAQ</a><li><a href=/login>Log in</a></ul>
    <table class=posts><tr><td>Ann<br>12 posts<td>My lamp flickers when the pump starts, and only then. What should
    I look at first?<tr><td>Bob<br>3 posts<td>Have you looked at the ballast? Mine was loose after the last winter, and
    did the same.<tr><td>Ann<br>13 posts<td>It was the ballast. Thank you very much for your help, it shines
    again.</table><p><a href=/privacy>Privacy policy</a> <a href=/contact>Contact us</a></body></html>
    """

  static let table = """
    <html><head><title>Lighthouses</title></head><body><ul id="nav"><li><a href="/">Home</a></li>
    <li><a href="/maps">Maps</a></li><li><a href="/about">About us</a></li></ul>
    <h1>Lighthouses of the coast</h1><p>The table has the lighthouses that are open to visitors in summer.</p>
    <table><thead><tr><th>Lighthouse</th><th>Height</th><th>Year</th></tr></thead><tbody>
    <tr><td>Westkapelle</td><td>52 m</td><td>1818</td></tr><tr><td>Haamstede</td><td>50 m</td><td>1837</td></tr>
    <tr><td>Ouddorp</td><td>56 m</td><td>1949</td></tr></tbody></table>
    <p>Heights are those of the lamp above high water.</p></body></html>
    """

  static let russian = """
    <!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Маяк снова светит — Вестник</title>
    <meta property="og:title" content="Маяк снова светит"></head><body>
    <div class="menu"><a href="/">Главная</a> <a href="/n">Новости</a></div>
    <div class="content"><h1>Маяк снова светит</h1>
    <p>Смотритель маяка зажёг лампу в понедельник вечером, после трёх лет ремонта и долгих споров с городом.</p>
    <p>Жители острова пришли к берегу, чтобы увидеть первый луч, и остались до самого утра.</p></div>
    <div class="subscribe"><a href="/s">Подписаться</a></div></body></html>
    """

  static let japanese = """
    <!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>灯台の灯がふたたび｜島新聞</title>
    <meta property="og:title" content="灯台の灯がふたたび"></head><body>
    <ul class="gnav"><li><a href="/">ホーム</a></li><li><a href="/contact">お問い合わせ</a></li></ul>
    <div id="main"><h1>灯台の灯がふたたび</h1><p>　島の灯台が三年ぶりに点灯した。長い修理のあいだ、船は隣の港を使っていた。</p>
    <p>　住民は夜明けまで浜に残り、はじめての光を見守ったという。灯台守は「待っていた甲斐があった」と話した。</p></div>
    </body></html>
    """

  static let malformed = """
    <title>Tide &amp; "Tables&quot;</title></head><p class=a class=b id="x">The tide <b>turns <i>twice</b> a day</i>, &amp
    twice more in some <font color=red>places, as the <a href=http://x.example/?a=1&b=2>tables</a> say.
    <table><tr><td>5 < 6 and 7 > 6 hold in every port of the coast, and at sea.<tr>caf&eacute; &#150; closed
    until the spring tide, which comes in the last week of the month.</div></div></span></td>
    <script>alert("<p>x")</script ><style>p{}</style><!-- secret --!><div hidden>secret</div>
    <p style="DISPLAY : none">secret<p><svg><path d="M0"/><text>secret</text></svg>
    <p/>The last line has no end, and nobody has ever missed it there.<
    """
}
