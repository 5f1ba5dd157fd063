//! What is kept up to date is what a replay from scratch says.

use hawkshaw_fixture::random::{RandomLedger, Seeded};
use hawkshaw_fixture::text::{Story, name_of};
use hawkshaw_model::AssetList;
use hawkshaw_screening::{
    Category, ExposureRun, ExposureTable, ReplaySettings, SourceBook, replay,
};

use crate::{bitcoin_tags, in_world, ledger, tags};

/// The first rows of a story, cut between transactions.
fn cut(story: &Story, part: usize) -> Story {
    let mut kept = story.clone();
    let at = |len: usize| len * part / 4;
    let mut end = at(kept.transfers.len());
    while end > 0
        && end < kept.transfers.len()
        && (kept.transfers[end].tx.is_some()
            && kept.transfers[end].tx == kept.transfers[end - 1].tx)
    {
        end += 1;
    }
    kept.transfers.truncate(end);
    let mut end = at(kept.outputs.len());
    while end > 0 && end < kept.outputs.len() && kept.outputs[end].tx == kept.outputs[end - 1].tx {
        end += 1;
    }
    kept.outputs.truncate(end);
    kept
}

/// Grows a ledger and changes its tags; the number of replays that were kept.
fn check(random: &RandomLedger) -> usize {
    let mut rng = Seeded::new(random.seed);
    let is_accounts = !random.story.transfers.is_empty();
    let mut run = ExposureRun::new(ReplaySettings::default());
    let mut kept = 0;
    let assets = AssetList::built_in();
    let mut tagged: Vec<String> = Vec::new();
    for part in 1..=4 {
        let story = cut(&random.story, part);
        let grown = ledger(&story);
        if rng.chance(60) || part == 1 {
            let holders = story
                .transfers
                .iter()
                .filter_map(|row| row.from.as_ref())
                .chain(story.outputs.iter().filter_map(|row| row.holder.as_ref()));
            let names: Vec<String> = holders.map(name_of).filter(|name| name.len() == 1).collect();
            if !names.is_empty() {
                let concept = rng.pick(&["scam", "mixing_service", "ransomware", "exchange"]);
                tagged.push(format!("{} {concept} L{}", rng.pick(&names), rng.below(3)));
                tagged.sort();
                tagged.dedup_by_key(|line| line.split(' ').next().map(str::to_owned));
            }
        }
        let lines: Vec<&str> = tagged.iter().map(String::as_str).collect();
        if lines.is_empty() {
            continue;
        }
        let tags = if is_accounts { tags(&lines) } else { bitcoin_tags(&lines) };
        let book = SourceBook::new(&tags, [random.case.clone()]);
        let (updated, scratch): (ExposureTable, ExposureTable) =
            in_world(&grown, &tags, &assets, |world| {
                let mut count =
                    |step: hawkshaw_screening::Progress| kept += usize::from(step.is_kept);
                let updated = run.update(world, &book, &mut count).unwrap();
                let settings = ReplaySettings::default();
                (updated, replay(world, &book, &settings, &mut |_| ()).unwrap())
            });
        assert_eq!(updated, scratch, "{random}\n{tagged:?} {part}");
    }
    kept
}

#[test]
fn on_random_account_ledgers() {
    let kept: usize = (0..250).map(|seed| check(&RandomLedger::of_accounts(seed))).sum();
    assert!(kept > 20, "{kept}");
}

#[test]
fn on_random_chains_of_outputs() {
    let kept: usize = (0..250).map(|seed| check(&RandomLedger::of_outputs(seed))).sum();
    assert!(kept > 20, "{kept}");
}

#[test]
fn only_the_category_of_a_new_source_is_replayed_again_and_a_reorganisation_starts_anew() {
    let story: Story = "1: s -> a 5 ETH\n2: r -> b 5 ETH\n3: x -> y 5 ETH".parse().unwrap();
    let assets = AssetList::built_in();
    let mut run = ExposureRun::new(ReplaySettings::default());
    let mut ask = |story: &Story, lines: &[&str]| {
        let (ledger, tags) = (ledger(story), tags(lines));
        let book = SourceBook::new(&tags, []);
        let mut replayed = Vec::new();
        in_world(&ledger, &tags, &assets, |world| {
            let mut note = |step: hawkshaw_screening::Progress| {
                if !step.is_kept {
                    replayed.push((step.category, step.direction));
                }
            };
            run.update(world, &book, &mut note).unwrap();
        });
        replayed.dedup_by_key(|(category, _)| *category);
        replayed.into_iter().map(|(category, _)| category).collect::<Vec<_>>()
    };
    let both = [Category::Ransomware, Category::Scam];
    assert_eq!(ask(&story, &["s scam S", "r ransomware R"]), both);
    assert_eq!(ask(&story, &["s scam S", "r ransomware R"]), []);
    assert_eq!(ask(&story, &["s scam S", "x scam X", "r ransomware R"]), [Category::Scam]);
    let lines = ["s scam S", "x scam X", "r ransomware R"];
    let grown: Story = format!("{story}4 n: a -> c 5 ETH\n").parse().unwrap();
    assert_eq!(ask(&grown, &lines), [Category::Scam]);
    let other: Story = format!("{story}4 m: b -> c 5 ETH\n").parse().unwrap();
    assert_eq!(ask(&other, &lines), both, "the last transaction is another one");
    // Where following stops matters to every category.
    let lines = ["s scam S", "x scam X", "r ransomware R", "y exchange Y"];
    assert_eq!(ask(&other, &lines), both);
}
