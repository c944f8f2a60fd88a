//! What the servers of the fuzzed sessions answer, before it is damaged.

/// Multivariant playlists and MPDs.
pub const MANIFESTS: [&str; 5] = [
    "#EXTM3U\n#EXT-X-VERSION:12\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-START:TIME-OFFSET=-12\n\
     #EXT-X-DEFINE:NAME=\"t\",VALUE=\"x\"\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"steer.json\",PATHWAY-ID=\"a\"\n\
     #EXT-X-SESSION-DATA:DATA-ID=\"org.bitaca.sidecar\",URI=\"sidecar.json\"\n\
     #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"au\",NAME=\"pt\",LANGUAGE=\"pt\",DEFAULT=YES,AUTOSELECT=YES,URI=\"au/pt.m3u8\"\n\
     #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"au\",NAME=\"en\",LANGUAGE=\"en\",AUTOSELECT=YES,URI=\"au/en.m3u8\"\n\
     #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"st\",NAME=\"pt\",LANGUAGE=\"pt\",DEFAULT=YES,AUTOSELECT=YES,URI=\"st/pt.m3u8\"\n\
     #EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=416x234,CODECS=\"avc1.42c00d,mp4a.40.2\",AUDIO=\"au\",SUBTITLES=\"st\",PATHWAY-ID=\"a\"\nv/1.m3u8\n\
     #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS=\"avc1.4d401e,mp4a.40.2\",AUDIO=\"au\",SUBTITLES=\"st\",PATHWAY-ID=\"a\"\nv/2.m3u8\n\
     #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS=\"avc1.4d401e,mp4a.40.2\",AUDIO=\"au\",SUBTITLES=\"st\",PATHWAY-ID=\"b\"\nb/2.m3u8\n\
     #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,CODECS=\"avc1.4d401e\",URI=\"i/1.m3u8\"\n",
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\np.m3u8\n",
    "<MPD type=\"static\" mediaPresentationDuration=\"PT40S\" minBufferTime=\"PT2S\"><Period id=\"1\"><AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.4d401e\"><SegmentTemplate timescale=\"10\" initialization=\"$RepresentationID$/i.mp4\" media=\"$RepresentationID$/$Number$.m4s\" duration=\"40\"/><Representation id=\"a\" bandwidth=\"400000\" width=\"416\" height=\"234\"/><Representation id=\"b\" bandwidth=\"900000\" width=\"640\" height=\"360\"/></AdaptationSet><AdaptationSet mimeType=\"audio/mp4\" codecs=\"mp4a.40.2\" lang=\"pt\"><SegmentTemplate timescale=\"10\" initialization=\"s/i.mp4\" media=\"s/$Time$.m4s\"><SegmentTimeline><S t=\"0\" d=\"40\" r=\"9\"/></SegmentTimeline></SegmentTemplate><Representation id=\"s\" bandwidth=\"128000\"/></AdaptationSet></Period></MPD>",
    "<MPD type=\"dynamic\" id=\"m\" availabilityStartTime=\"2026-01-01T00:00:00Z\" publishTime=\"2026-01-01T00:10:00Z\" minimumUpdatePeriod=\"PT2S\" timeShiftBufferDepth=\"PT60S\" suggestedPresentationDelay=\"PT6S\"><UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"2026-01-01T00:10:00Z\"/><Location>live.mpd</Location><Period id=\"1\" start=\"PT0S\"><AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.4d401e\"><SegmentTemplate timescale=\"1\" initialization=\"i.mp4\" media=\"$Number$.m4s\" duration=\"2\" availabilityTimeOffset=\"1.5\" availabilityTimeComplete=\"false\"/><Representation id=\"a\" bandwidth=\"400000\" width=\"416\" height=\"234\"/></AdaptationSet></Period></MPD>",
    "<MPD type=\"static\" mediaPresentationDuration=\"PT20S\"><Period id=\"1\" duration=\"PT8S\"><AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.4d401e\"><Representation id=\"a\" bandwidth=\"400000\"><BaseURL>a.mp4</BaseURL><SegmentBase indexRange=\"100-199\"><Initialization range=\"0-99\"/></SegmentBase></Representation></AdaptationSet></Period><Period id=\"2\" duration=\"PT12S\"><AdaptationSet mimeType=\"video/mp4\" codecs=\"avc1.4d401e\"><Representation id=\"a\" bandwidth=\"400000\"><SegmentList duration=\"4\"><Initialization sourceURL=\"i.mp4\"/><SegmentURL media=\"1.m4s\"/><SegmentURL media=\"2.m4s\"/><SegmentURL media=\"3.m4s\"/></SegmentList></Representation></AdaptationSet></Period></MPD>",
];

/// Media playlists: recorded, live, low latency, encrypted, subtitles.
pub const PLAYLISTS: [&str; 6] = [
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:4,\n0.m4s\n#EXTINF:4,\n1.m4s\n#EXT-X-GAP\n#EXTINF:4,\n2.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"j.mp4\",BYTERANGE=\"20@0\"\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@20\n3.m4s\n#EXTINF:4,\n4.m4s\n#EXT-X-ENDLIST\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:14Z\n#EXTINF:2,\n7.m4s\n#EXTINF:2,\n8.m4s\n#EXTINF:2,\n9.m4s\n#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-01-01T00:00:18Z\",DURATION=2,X-ASSET-URI=\"ad.m3u8\",CLASS=\"com.apple.hls.interstitial\"\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:8\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:16Z\n#EXTINF:2,\n8.m4s\n#EXTINF:2,\n9.m4s\n#EXTINF:2,\n10.m4s\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5,CAN-SKIP-UNTIL=12\n#EXT-X-PART-INF:PART-TARGET=0.5\n#EXT-X-MEDIA-SEQUENCE:8\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:2,\n8.m4s\n#EXTINF:2,\n9.m4s\n#EXT-X-PART:DURATION=0.5,URI=\"10.0.m4s\",INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.5,URI=\"10.1.m4s\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"10.2.m4s\"\n#EXT-X-RENDITION-REPORT:URI=\"../v/2.m3u8\",LAST-MSN=10,LAST-PART=1\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x00000000000000000000000000000001\n#EXTINF:4,\n0.ts\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n#EXTINF:4,\n1.ts\n#EXT-X-ENDLIST\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:60\n#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n#EXTINF:60,\npt.vtt\n",
];

/// Anything else that is read: subtitles, answers of servers, the beginning of media.
pub const OTHERS: [&[u8]; 5] = [
    b"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:00.000 --> 00:04.000\nOi\n",
    b"{\"VERSION\":1,\"TTL\":300,\"PATHWAY-PRIORITY\":[\"b\",\"a\"]}",
    b"2026-01-01T00:10:00Z",
    b"\0\0\0\x18ftypiso6\0\0\0\0iso6dash\0\0\0\x08moov",
    b"\0\0\0\x50moof\0\0\0\x10mfhd\0\0\0\0\0\0\0\x01\0\0\0\x38traf\0\0\0\x10tfhd\0\x02\0\0\0\0\0\x01\0\0\0\x14tfdt\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0ctrun",
];
