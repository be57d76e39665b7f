/** Where the words somebody looks for stand in a text. */

export interface Piece {
  text: string;
  isMarked: boolean;
}

/** What a letter is compared as: of its length, whatever language it is of. */
const folded = (text: string) =>
  [...text].map((letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  });

/** A text in pieces, with each place where one of these words stands marked, whatever its case. */
export function marked(text: string, words: string): Piece[] {
  const letters = [...text];
  const here = folded(text);
  const isMarked = new Array<boolean>(letters.length).fill(false);
  const wanted = words.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  for (const word of wanted.map(folded))
    for (let from = 0; from + word.length <= here.length; from += 1)
      if (word.every((letter, at) => here[from + at] === letter))
        isMarked.fill(true, from, from + word.length);
  const pieces: Piece[] = [];
  letters.forEach((letter, at) => {
    const last = pieces.at(-1);
    const mark = isMarked[at] ?? false;
    if (last && last.isMarked === mark) last.text += letter;
    else pieces.push({ text: letter, isMarked: mark });
  });
  return pieces;
}
