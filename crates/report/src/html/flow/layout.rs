//! Where the places and ribbons of a picture go: columns from left to right, in each column
//! slots that do not overlap, labels included.
#![expect(clippy::float_arithmetic, reason = "places on a page, not value")]

use super::float;
use super::picture::{Picture, Role};
use super::simplify::columns;

/// How wide a bar is.
pub(super) const BAR: f64 = 12.0;
/// How high the label above a bar is.
pub(super) const LABEL: f64 = 32.0;
/// The least height of a bar.
const BAR_MIN: f64 = 4.0;
/// Space below a place.
const GAP: f64 = 14.0;
/// Space below a ribbon that passes by.
const GAP_RIBBON: f64 = 4.0;
/// Space for the labels right of the last column.
const LABEL_RIGHT: f64 = 216.0;
/// The height of the whole theft.
const WHOLE: f64 = 300.0;
/// The width that a page has for a picture.
const WIDTH: f64 = 1120.0;
/// The least distance of two columns.
const PITCH_MIN: f64 = 138.0;
/// Sweeps that put slots in order and near what they are joined to.
const SWEEPS: usize = 25;

/// A picture with places.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// How wide the picture is.
    pub(super) width: f64,
    /// How high it is.
    pub(super) height: f64,
    /// The distance of two columns.
    pub(super) pitch: f64,
    /// For each place its bar: left, top and height.
    pub(super) bars: Vec<(f64, f64, f64)>,
    /// For each ribbon, in the order of the picture, the middle of its way at each column that
    /// it touches, from left to right; two points in the wrong order are a way back.
    pub(super) ways: Vec<Vec<(f64, f64)>>,
    /// For each ribbon how wide it is.
    pub(super) widths: Vec<f64>,
}

/// What takes room in a column: a place, or a ribbon that passes by.
#[derive(Debug, Clone, Copy)]
struct Slot {
    column: usize,
    place: Option<usize>,
    top: f64,
    height: f64,
}

struct Plan {
    slots: Vec<Slot>,
    /// Slots of each column from top to bottom.
    columns: Vec<Vec<usize>>,
    /// Joined slots of neighbouring columns, with the width of what joins them.
    joints: Vec<(usize, usize, f64)>,
    /// For each ribbon the slots that it touches.
    routes: Vec<Vec<usize>>,
}

/// Lays a picture out.
pub(super) fn layout(picture: &Picture) -> Layout {
    if picture.ribbons.is_empty() {
        return Layout::default();
    }
    let columns = columns(picture);
    let mut plan = plan(picture, &columns);
    plan.order();
    plan.settle();
    plan.finish(picture)
}

fn width(weight: f64) -> f64 {
    (weight * WHOLE).max(1.2)
}

fn plan(picture: &Picture, column_of: &[usize]) -> Plan {
    let count = column_of.iter().copied().max().unwrap_or(0) + 1;
    let mut plan = Plan {
        slots: Vec::new(),
        columns: vec![Vec::new(); count],
        joints: Vec::new(),
        routes: Vec::new(),
    };
    let mut sides = vec![(0.0, 0.0); picture.places.len()];
    for ((from, to), ribbon) in &picture.ribbons {
        sides[*from].1 += width(ribbon.weight);
        sides[*to].0 += width(ribbon.weight);
    }
    for (place, side) in sides.iter().enumerate() {
        let bar = f64::max(side.0, side.1).max(BAR_MIN);
        plan.slot(column_of[place], Some(place), bar);
    }
    for ((from, to), ribbon) in &picture.ribbons {
        let (left, right) = (column_of[*from], column_of[*to]);
        let mut route = vec![*from];
        for column in left + 1..right {
            route.push(plan.slot(column, None, width(ribbon.weight)));
        }
        route.push(*to);
        if right > left {
            for pair in route.windows(2) {
                plan.joints.push((pair[0], pair[1], width(ribbon.weight)));
            }
        }
        plan.routes.push(route);
    }
    plan
}

impl Plan {
    fn slot(&mut self, column: usize, place: Option<usize>, height: f64) -> usize {
        self.slots.push(Slot { column, place, top: 0.0, height });
        self.columns[column].push(self.slots.len() - 1);
        self.slots.len() - 1
    }

    /// Puts the slots of each column in the order of what they are joined to (barycentres).
    fn order(&mut self) {
        let mut rank: Vec<f64> = vec![0.0; self.slots.len()];
        let place = |rank: &mut Vec<f64>, column: &[usize]| {
            let middle = float(column.len()) / 2.0;
            for (index, slot) in column.iter().enumerate() {
                rank[*slot] = float(index) - middle;
            }
        };
        for column in &self.columns {
            place(&mut rank, column);
        }
        for sweep in 0..SWEEPS {
            let count = self.columns.len();
            for step in 0..count {
                let from_left = sweep % 2 == 0;
                let index = if from_left { step } else { count - 1 - step };
                let near = self.barycentres(&rank, from_left);
                let mut column = std::mem::take(&mut self.columns[index]);
                column.sort_by(|a, b| near[*a].total_cmp(&near[*b]));
                place(&mut rank, &column);
                self.columns[index] = column;
            }
        }
    }

    /// For each slot the mean of a value of what it is joined to on one side, by width; its own
    /// where it is joined to nothing there.
    fn barycentres(&self, values: &[f64], from_left: bool) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.slots.len()];
        for (left, right, width) in &self.joints {
            let (slot, other) = if from_left { (*right, *left) } else { (*left, *right) };
            sums[slot].0 += values[other] * width;
            sums[slot].1 += width;
        }
        let mean = |(slot, (sum, width)): (usize, (f64, f64))| {
            if width > 0.0 { sum / width } else { values[slot] }
        };
        sums.into_iter().enumerate().map(mean).collect()
    }

    /// Moves slots near what they are joined to, without overlap.
    fn settle(&mut self) {
        let needs = |column: &Vec<usize>| column.iter().map(|slot| self.room(*slot)).sum();
        let needs: Vec<f64> = self.columns.iter().map(needs).collect();
        let extent = needs.iter().copied().fold(0.0, f64::max) * 1.04;
        for (index, needed) in needs.iter().enumerate() {
            let mut top = -needed / 2.0;
            for slot in self.columns[index].clone() {
                self.slots[slot].top = top + self.head(slot);
                top += self.room(slot);
            }
        }
        for sweep in 0..SWEEPS {
            let from_left = sweep % 2 == 0;
            let count = self.columns.len();
            for step in 0..count {
                let index = if from_left { step } else { count - 1 - step };
                let middles: Vec<f64> =
                    self.slots.iter().map(|slot| slot.top + slot.height / 2.0).collect();
                let near = self.barycentres(&middles, from_left);
                for slot in self.columns[index].clone() {
                    let slot_now = &mut self.slots[slot];
                    slot_now.top += (near[slot] - middles[slot]) * 0.7;
                }
                self.push_apart(index);
                self.keep_within(index, extent);
            }
        }
    }

    /// The room that a slot takes, with its label and the gap below it.
    fn room(&self, slot: usize) -> f64 {
        let gap = if self.slots[slot].place.is_some() { GAP } else { GAP_RIBBON };
        self.head(slot) + self.slots[slot].height + self.foot(slot) + gap
    }

    /// The room above a slot: that of its label, where it has one above.
    fn head(&self, slot: usize) -> f64 {
        let slot = &self.slots[slot];
        let last = slot.column + 1 == self.columns.len();
        match slot.place {
            Some(_) if last => f64::max(0.0, (LABEL - slot.height) / 2.0),
            Some(_) => LABEL,
            None => 0.0,
        }
    }

    /// The room below a slot, beside the gap.
    fn foot(&self, slot: usize) -> f64 {
        let slot = &self.slots[slot];
        let last = slot.column + 1 == self.columns.len();
        if last && slot.place.is_some() { f64::max(0.0, (LABEL - slot.height) / 2.0) } else { 0.0 }
    }

    /// Keeps the order and the distances of a column, and moves as little as that allows: first
    /// down from the top, then half of the way back up.
    fn push_apart(&mut self, index: usize) {
        let column = self.columns[index].clone();
        let mut free = f64::NEG_INFINITY;
        let mut moved = 0.0;
        for slot in &column {
            let head = self.head(*slot);
            let top = (self.slots[*slot].top - head).max(free);
            moved += top + head - self.slots[*slot].top;
            self.slots[*slot].top = top + head;
            free = top + self.room(*slot);
        }
        let back = moved / float(column.len().max(1));
        for slot in column {
            self.slots[slot].top -= back;
        }
    }

    /// Keeps a column within the height that the fullest one needs.
    fn keep_within(&mut self, index: usize, extent: f64) {
        let column = self.columns[index].clone();
        let mut free = -extent / 2.0;
        for slot in &column {
            let top = (self.slots[*slot].top - self.head(*slot)).max(free);
            self.slots[*slot].top = top + self.head(*slot);
            free = top + self.room(*slot);
        }
        let mut free = extent / 2.0;
        for slot in column.iter().rev() {
            let bottom = (self.slots[*slot].top - self.head(*slot) + self.room(*slot)).min(free);
            free = bottom - self.room(*slot);
            self.slots[*slot].top = free + self.head(*slot);
        }
    }

    fn finish(mut self, picture: &Picture) -> Layout {
        let count = self.columns.len();
        let pitch = ((WIDTH - LABEL_RIGHT - BAR) / float(count.max(2) - 1)).max(PITCH_MIN);
        let heads = (0..self.slots.len()).map(|slot| self.slots[slot].top - self.head(slot));
        let top = heads.fold(f64::INFINITY, f64::min) - 4.0;
        for slot in &mut self.slots {
            slot.top -= top;
        }
        let low = (0..self.slots.len())
            .map(|slot| self.slots[slot].top + self.slots[slot].height + self.foot(slot))
            .fold(0.0, f64::max);
        let x = |slot: &Slot| float(slot.column) * pitch;
        let places = self.slots.iter().take(picture.places.len());
        let bars = places.map(|slot| (x(slot), slot.top, slot.height)).collect();
        let widths: Vec<f64> =
            picture.ribbons.values().map(|ribbon| width(ribbon.weight)).collect();
        let (starts, ends) = self.ports(&widths);
        let way = |index: usize| {
            let route = &self.routes[index];
            let last = route.len() - 1;
            let point = |(step, slot): (usize, &usize)| {
                let slot = &self.slots[*slot];
                let y = match step {
                    0 => starts[index],
                    _ if step == last => ends[index],
                    _ => slot.top + slot.height / 2.0,
                };
                (x(slot), y)
            };
            route.iter().enumerate().map(point).collect()
        };
        Layout {
            width: float(count - 1) * pitch + BAR + LABEL_RIGHT,
            height: low + 8.0,
            pitch,
            bars,
            ways: (0..widths.len()).map(way).collect(),
            widths,
        }
    }

    fn goes_back(&self, ribbon: usize) -> bool {
        let route = &self.routes[ribbon];
        self.slots[route[0]].column >= self.slots[route[route.len() - 1]].column
    }

    /// The middle of each ribbon at its payer and at its payee: in the order of where they go
    /// and come from, so that they do not cross at the bar. Ways back are the lowest.
    fn ports(&self, widths: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut starts = vec![0.0; widths.len()];
        let mut ends = starts.clone();
        for (at_start, ports) in [(true, &mut starts), (false, &mut ends)] {
            let own = |ribbon: &usize| {
                let route = &self.routes[*ribbon];
                route[if at_start { 0 } else { route.len() - 1 }]
            };
            let other = |ribbon: &usize| {
                let route = &self.routes[*ribbon];
                let next = route[if at_start { 1 } else { route.len() - 2 }];
                self.slots[next].top + self.slots[next].height / 2.0
            };
            let mut order: Vec<usize> = (0..widths.len()).collect();
            order.sort_by(|a, b| {
                (self.goes_back(*a), other(a))
                    .partial_cmp(&(self.goes_back(*b), other(b)))
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
            let mut used = vec![0.0; self.slots.len()];
            for ribbon in order {
                let slot = own(&ribbon);
                ports[ribbon] = self.slots[slot].top + used[slot] + widths[ribbon] / 2.0;
                used[slot] += widths[ribbon];
            }
        }
        (starts, ends)
    }
}

/// Whether a place's label stands right of its bar.
pub(super) fn label_is_right(picture: &Picture, place: usize) -> bool {
    picture.places[place].role == Role::Terminal
}
