// Derona for any page: the element is defined, the class is exported and found on `window`.
import { DeronaChat, defineDerona } from './derona'

export { DeronaChat }

defineDerona()
// A page whose policy allows no script of its own but other files reaches the class without importing it.
Object.assign(window, { DeronaChat })
