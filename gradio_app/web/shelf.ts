// Shelves: arrows for the mouse, arrow keys for everybody else.

/** Bring every row under `root` to life. */
export function liveShelves(root: ParentNode): void {
  for (const row of root.querySelectorAll<HTMLElement>('.row')) {
    const shelf = row.querySelector<HTMLElement>('.shelf')
    if (!shelf || row.dataset['live']) continue
    row.dataset['live'] = 'yes'
    const arrows = [...row.querySelectorAll<HTMLButtonElement>('[data-scroll]')]
    const refresh = () => {
      const room = shelf.scrollWidth - shelf.clientWidth
      for (const arrow of arrows) {
        const back = arrow.dataset['scroll'] === '-1'
        arrow.disabled = back ? shelf.scrollLeft < 4 : shelf.scrollLeft > room - 4
      }
      row.classList.toggle('row-fits', room < 4)
    }
    for (const arrow of arrows) {
      arrow.addEventListener('click', () => {
        shelf.scrollBy({ left: Number(arrow.dataset['scroll']) * shelf.clientWidth * 0.85, behavior: 'smooth' })
      })
    }
    shelf.addEventListener('scroll', refresh, { passive: true })
    shelf.addEventListener('keydown', (event) => walk(event, shelf))
    new ResizeObserver(refresh).observe(shelf)
    refresh()
  }
}

/** Left and right walk along a shelf, up and down between shelves, as on a TV remote. */
function walk(event: KeyboardEvent, shelf: HTMLElement): void {
  const links = [...shelf.querySelectorAll<HTMLAnchorElement>('.card > a')]
  const at = links.indexOf(document.activeElement as HTMLAnchorElement)
  if (at < 0) return
  let to: HTMLElement | undefined
  if (event.key === 'ArrowRight') to = links[at + 1]
  else if (event.key === 'ArrowLeft') to = links[at - 1]
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const shelves = [...document.querySelectorAll<HTMLElement>('.shelf')]
    const other = shelves[shelves.indexOf(shelf) + (event.key === 'ArrowDown' ? 1 : -1)]
    to = other?.querySelectorAll<HTMLElement>('.card > a')[0]
  } else return
  if (!to) return
  event.preventDefault()
  to.focus({ preventScroll: true })
  to.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'smooth' })
}
