//! SeekHead: where the other parts of the Segment stand.

use super::ebml::Element;

/// Where the Cues stand, counted from the Segment's content. RFC 9559, SeekHead Element.
pub(super) fn cues(element: &Element<'_>) -> Option<u64> {
    let mut children = element.children();
    while let Some(seek) = children.next_element() {
        if seek.id != 0x4DBB {
            continue;
        }
        let (mut id, mut position) = (None, None);
        let mut fields = seek.children();
        while let Some(field) = fields.next_element() {
            match field.id {
                0x53AB => id = field.unsigned(),
                0x53AC => position = field.unsigned(),
                _ => {}
            }
        }
        if id == Some(u64::from(super::CUES)) {
            return position;
        }
    }
    None
}
