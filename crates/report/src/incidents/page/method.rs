//! What every figure means, how ties and unknowns are treated, and what the page does not say.

use hawkshaw_incidents::Statistics;

use crate::markup::Markup;

const FIGURES: [(&str, &str); 15] = [
    (
        "Incident",
        "One event with one victim, as one file. Where a source counts several events together, or \
         one event is part of a larger one, the part is listed and not counted beside the whole.",
    ),
    (
        "Figure of an incident",
        "One claim of its amount, chosen by the price rule at the top of the page. Claims of what \
         was only attempted never count. A claim that states only a bound stands for that bound.",
    ),
    (
        "Range of an incident",
        "From the least that any of its claims allows for to the most. It is the disagreement of \
         the claimants, not a statistical error.",
    ),
    (
        "Sum and its range",
        "The figures added up; the least of all ranges added up, and the most. All claims being \
         too low at once is unlikely, so the range of a sum is wide.",
    ),
    (
        "Unknown amount",
        "An incident without an amount under the price rule is counted as an incident and is in no \
         sum. Tables say how many such incidents a sum is without.",
    ),
    (
        "Estimate without a range",
        "The claimant calls the figure an estimate and gives no range: how far it can be off is not \
         known, and the range of the ledger does not show it.",
    ),
    (
        "Date of the theft",
        "To the day, the month or the year, or between two days. A theft whose year is not certain \
         is in a group of its own, and in no year of the shares. A theft that may lie outside of the \
         time asked for is not counted and listed as such.",
    ),
    (
        "Attribution",
        "A claim by somebody, on a date, stated, likely, suspected or denied. The rule of the \
         page says which claims count; an incident stands with the actor whom the first of them \
         names. A claim about a part of an actor counts for the whole.",
    ),
    (
        "Contested",
        "Somebody denies an attribution, or actors are named that do not belong together.",
    ),
    (
        "Groups",
        "Every incident is in exactly one group of a table. Groups of equal sums are in the order of \
         their ids; incidents of equal amounts too.",
    ),
    (
        "Share",
        "The sum of a year divided by a whole of the same year. Least: the least of the part by the \
         most of the whole; most: the other way round. Only cryptocurrency is taken as a part of \
         cryptocurrency. Percentages are rounded half up to hundredths.",
    ),
    (
        "Concentration",
        "Parts of the sum in the largest incidents; the Herfindahl–Hirschman index is the sum of the \
         squared parts in percent, 10,000 where one incident is everything.",
    ),
    (
        "Days to attribution",
        "From the theft to the first public attribution, as fewest and most days that the dates \
         allow for. Quartiles are delays that occurred: of two middle ones the lower.",
    ),
    (
        "Recovery",
        "Claims of money frozen, seized, returned or recovered. Claims of one incident may be of the \
         same money, therefore two sums.",
    ),
    (
        "Correlation",
        "Spearman's rank correlation of monthly thefts and launches, equal values sharing the mean \
         of their ranks, for lags up to six months. Significance by all circular shifts of the \
         series, corrected for the lags by the largest correlation of each shift.",
    ),
];

/// Writes the method.
pub(super) fn method(page: &mut Markup, statistics: &Statistics<'_>) {
    page.leaf("p", &[], &format!("Counted: {}.", statistics.inclusion));
    page.leaf("p", &[], &format!("Amounts: {}.", statistics.price_rule));
    page.node("dl", &[("class", "facts method")], |page| {
        for (name, text) in FIGURES {
            page.leaf("dt", &[], name);
            page.leaf("dd", &[], text);
        }
    });
    page.raw(concat!(
        "<h3>What this does not say</h3>\n<ul>\n",
        "<li>It says who claims what. It does not say that a claim is true, and an attribution is ",
        "no finding of a court unless the claimant is one.</li>\n",
        "<li>Unknown is not nothing: an incident that is missing here, an amount that nobody ",
        "states, an actor whom nobody names, are holes of the sources.</li>\n",
        "<li>US dollars are those of the claim. Claims of one incident differ also because some ",
        "use prices of the theft and others prices of the report.</li>\n",
        "<li>Sources that were seen in a data set and not read themselves say so.</li>\n",
        "<li>Sums over years mix dollars of different years; nothing is adjusted for inflation.",
        "</li>\n",
        "<li>Whoever is named here has a right of reply. What is wrong can be corrected in the ",
        "file of the incident, with a source.</li>\n",
        "</ul>\n",
    ));
}
