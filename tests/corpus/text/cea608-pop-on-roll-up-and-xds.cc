# CTA-608: milliseconds and cc_data triplets. FC is field 1, FD field 2.
0 FC9420  # RCL
100 FC9420  # RCL again
200 FC94AE  # ENM
300 FC9454  # PAC row 14 indent 8
400 FC97A2  # tab 2
500 FC4FEC  # 'Ol'
600 FC6180  # 'a'
700 FC92BA  # extended Ô replaces a
800 FC9470  # PAC row 15 indent 0
900 FC91AB  # mid-row yellow underlined
1000 FCC16E  # 'An'
1100 FC6180  # 'a'
1200 FC942F  # EOC
1300 FD0185  # XDS start
1400 FD46E9  # 'Fi'
1500 FDEC6D  # 'lm'
1600 FDE580  # 'e'
1700 FD8F2C  # XDS end
1800 FC942C  # EDM
1900 FC9426  # RU3
2000 FC94AD  # CR
2100 FC94E0  # PAC row 15 white
2200 FC756D  # 'um'
2300 FC94AD  # CR
2400 FC64EF  # 'do'
2500 FCE973  # 'is'
2600 FC94AD  # CR
2700 FCB380  # '3'
2800 FC94AD  # CR
2900 FC34A1  # '4!'
3000 FD1529  # CC3: RDC
3100 FD1570  # PAC row... 6 indent 0
3200 FDE573  # 'es'
3300 FC942C  # EDM
3400 flush
