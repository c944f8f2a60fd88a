# CTA-708: milliseconds and cc_data triplets. FF starts a packet, FE goes on.
0 FF0527FE9820FEDA32FE711FFE1900  # DF0: visible, relative 50% 90%, anchor bottom centre, 2 by 32, window style 3, pen style 1
100 FF0424FE4F6CFEE10DFE0000  # Olá CR
200 FF0527FE913CFEC000FE9002FE9800  # SPC yellow on transparent, SPA large italic uniform edge
300 FF0526FE6669FE6D10FE257FFE0000  # fim … ♪
900 FF0322FE8A01FE0000  # HDW
1000 FF072BFE9921FE2569FE4009FE1778FE186FFE2200  # DF1: priority 1, grid 105 by 37, anchor middle, 1 by 10, styles 2 and 7; x and P16 6F22
1200 FF0547FE9820FE0A14FE0009FE0000  # service 2: DF0 at 20 by 10, top left
1200 FF0444FE2020FE6573FE0000  # es
1500 FF0221FE8F00  # RST
2000 flush
