// A fixed-seed source of randomness, and the words that generated texts are made of. Changing anything here changes the
// data: raise `dataVersion` in files.ts with it.

/** Numbers in [0, 1), the same ones for the same seed (xorshift32). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 4_294_967_296
  }
}

/** The vocabulary of TPC-H comments. */
export const englishWords =
  'furiously quickly carefully blithely slyly express regular special ironic final pending bold even silent unusual packages requests accounts deposits foxes ideas theodolites pinto beans instructions dependencies sleep haggle nag wake cajole use boost affix detect integrate about above according across after against along among around'.split(
    ' ',
  )

/** Words of two, three and four bytes a character, all with an upper case of one character, or with none. */
export const worldWords =
  'äußerlich übermütig naïve garçon mañana façade crème schön größe œuvre smörgåsbord žluťoučký kůň zażółć gęślą jaźń привет доброе утро спасибо ελληνικά καλημέρα ευχαριστώ express 東京 速達 注文 🚀 📦 quickly regular'
    .replaceAll('ß', 's')
    .split(' ')
