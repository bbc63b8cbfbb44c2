// Says one word and does nothing else: what starting any process costs.

process.send?.('ready')
