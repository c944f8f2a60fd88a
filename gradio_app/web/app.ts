// The light pages: one module for all of them; each part looks for its own place.
import { defineDerona } from './derona'
import { liveFinder } from './finder'
import { insecureNotice, liveLights } from './lights'
import { livingPage } from './living'
import { liveOpinions } from './opinions'
import { liveShelves } from './shelf'
import { awaitPrint, liveTheatre } from './theatre'

defineDerona()
liveLights()
insecureNotice()
liveFinder()
liveShelves(document)
liveOpinions()
liveTheatre()
if (document.querySelector('[data-refresh], [data-preparing]')) livingPage(awaitPrint())
