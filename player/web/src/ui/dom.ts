/** Small builders: elements with attributes, children as nodes or text, never HTML. */
import { icon, type IconName } from './icons'

type Attributes = Record<string, string | boolean | undefined>

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}

/** An icon button; its label is set apart, because it changes with state and language. */
export function iconButton(className: string, name: IconName): HTMLButtonElement {
  return make('button', { type: 'button', class: `button ${className}`, part: `button ${className}` }, icon(name))
}

export function setIcon(button: HTMLElement, name: IconName): void {
  if (button.dataset['icon'] === name) return
  button.dataset['icon'] = name
  button.querySelector('.icon')?.replaceWith(icon(name))
}

export function setLabel(button: HTMLElement, label: string, key?: string): void {
  if (button.getAttribute('aria-label') === label) return
  button.setAttribute('aria-label', label)
  button.title = key ? `${label} (${key})` : label
}
