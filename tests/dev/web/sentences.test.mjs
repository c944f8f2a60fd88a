import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load, seeded } from './bundle.mjs'

const { Sentences } = await load('sentences')

const all = (pieces) => {
  const sentences = new Sentences()
  const told = pieces.flatMap((piece) => sentences.feed(piece))
  return [...told, sentences.end()].filter(Boolean)
}

test('a sentence is told once it is whole', () => {
  const sentences = new Sentences()
  assert.deepEqual(sentences.feed('Achei dois filmes'), [])
  assert.deepEqual(sentences.feed('. O primeiro'), ['Achei dois filmes.'])
  assert.deepEqual(sentences.feed(' é leve! Quer'), ['O primeiro é leve!'])
  assert.equal(sentences.end(), 'Quer')
  assert.equal(sentences.end(), '')
})

for (const [text, expected] of [
  ['Dura 1.5 h. Serve?', ['Dura 1.5 h.', 'Serve?']],
  ['O Dr. Sabe-Tudo some. Ou não…  Veja', ['O Dr. Sabe-Tudo some.', 'Ou não…', 'Veja']],
  ['Ele diz “Corre!” e vai. Fim', ['Ele diz “Corre!”', 'e vai.', 'Fim']],
  ['J. R. R. chega.\nOutra linha', ['J. R. R. chega.', 'Outra linha']],
  ['Hã?! Sei...', ['Hã?!', 'Sei...']],
  ['', []],
  ['\n\n', []],
]) {
  test(`sentences of ${JSON.stringify(text)}`, () => assert.deepEqual(all([text]), expected))
}

test('where the pieces are cut changes nothing, and nothing is lost', () => {
  const random = seeded(7)
  const alphabet = ['a', 'b ', '. ', '.', '?', '!', '… ', '\n', 'Dr. ', '1.5', '” ', ' ']
  for (let round = 0; round < 500; round += 1) {
    const text = Array.from({ length: 40 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
    const pieces = []
    for (let at = 0; at < text.length; ) {
      const to = at + 1 + Math.floor(random() * 9)
      pieces.push(text.slice(at, to))
      at = to
    }
    assert.deepEqual(all(pieces), all([text]), JSON.stringify(pieces))
    assert.equal(all(pieces).join('').replace(/\s/g, ''), text.replace(/\s/g, ''))
  }
})
