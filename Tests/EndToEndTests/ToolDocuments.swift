/// A dozen short stories of a harbour town, written for these tests: accents, compounds, dates, numbers, arrays.
enum ToolDocuments {
  static let harbour = #"""
    {"id":"h1","title":"Ferry service resumes after the storm","body":"The ferry between Hamnö and the mainland sails again since Monday. Captain Søren Ødegård said that the deterrent effect of the new breakwater had kept the worst waves away.","date":"2019-03-04","tags":["ferry","weather"],"words":35,"price":4.5,"open":true}
    {"id":"h2","title":"Harbour council rejects the new crane","body":"The council voted five to four against a second crane. Councillor Łucja Nowak called the balance of costs and jobs a restraining argument.","date":"2019-03-11","tags":["council","crane"],"words":26,"price":0,"open":true}
    {"id":"h3","title":"Finland's guest ship draws crowds","body":"Two thousand people visited the Finnish training ship. Its master, Aino Niinistö, showed the children how to tie a bowline.","date":"2019-05-14","tags":["ferry","visitors"],"words":24,"price":12.25,"open":false}
    {"id":"h4","title":"COVID-19 closes the fish market","body":"The fish market stays closed for two weeks because of COVID-19. Fishermen sell from their boats instead; the price of herring fell to 3.5 crowns.","date":"2020-04-02","tags":["market","health"],"words":28,"price":3.5,"open":false}
    {"id":"h5","title":"The lighthouse keeper retires","body":"After forty-one years Mrs. O’Brien locks the lighthouse for the last time. An automatic lamp takes over, and nobody knows who will feed the gulls.","date":"2020-09-30","tags":["lighthouse"],"words":27,"price":0,"open":true}
    {"id":"h6","title":"Crane or no crane","body":"A year after the vote the crane is back. Without a second crane, says the port, large ships will go elsewhere.","date":"2020-03-10","tags":["council","crane","opinion"],"words":22,"price":0,"open":true}
    {"id":"h7","title":"Herring prices and the balance of power at sea","body":"Who sets the price of herring? The balance of power between fishermen and factories has shifted, and the fishermen know it.","date":"2021-01-26","tags":["market","opinion"],"words":22,"price":5,"open":true}
    {"id":"h8","title":"Straße der Fischer renamed","body":"The Straße der Fischer, named by sailors from Bremen, becomes Fishers' Street again. Old maps keep the ß.","date":"2021-02-14","tags":["street"],"words":19,"price":0,"open":true}
    {"id":"h9","title":"Museum opens a hall of knots","body":"Knots, nets and a model of the ferry that sank in 1911: the museum opens its new hall on Saturday. Entry is free for members.","date":"2021-06-19","tags":["museum","visitors"],"words":25,"price":8,"open":true}
    {"id":"h10","title":"Night train to the harbour","body":"For the first time in thirty years a night train ends at the harbour. Sleepers cost 49 crowns; dogs travel for half.","date":"2022-05-01","tags":["railway"],"words":22,"price":49,"open":true}
    {"id":"h11","title":"Storm warning for the weekend","body":"The weather office expects a storm from the north-west. The ferry may not sail, and the market moves into the hall.","date":"2022-11-18","tags":["weather","ferry","market"],"words":21,"price":0,"open":false}
    {"id":"h12","title":"Gulls","body":"Somebody feeds the gulls at the lighthouse. Nobody admits it.","date":"2023-01-05","tags":["lighthouse","opinion"],"words":10,"price":0,"open":true}

    """#
}
