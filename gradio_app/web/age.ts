// The age rating as the Brazilian rules ask: the official badge, and what it warns of.
import { el } from './dom'
import { say as pageSays, type Say } from './words'

/** Make the badge of a rating; its name says what it means, and the content descriptors. */
export function ageBadge(rating: string | null, descriptors: readonly string[], say: Say = pageSays): HTMLElement {
  const meaning = rating === 'L' ? say('age_L') : rating ? say('age_n', { age: rating }) : say('age_unknown')
  const told = [meaning, ...descriptors].join('. ')
  return el('span', { class: `age age-${rating ?? 'unknown'}`, role: 'img', title: told, 'aria-label': told }, rating ?? '?')
}
