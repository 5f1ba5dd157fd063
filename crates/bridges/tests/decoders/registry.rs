//! What decoders need is what the store keeps, and signatures are those that are on chain.

use alloy_primitives::{hex, keccak256};
use hawkshaw_bridges::decoders;
use hawkshaw_chains::evm::{Facts, Meaning};

#[test]
fn the_store_keeps_every_event_that_a_decoder_reads() {
    for decoder in decoders() {
        for signature in decoder.signatures() {
            let meaning =
                Facts::of(&crate::made::chain(1)).meaning(&[0x11; 20], &keccak256(signature).0);
            assert_eq!(meaning, Some(Meaning::Kept), "{}: {signature}", decoder.name());
        }
    }
}

/// Topics as explorers show them, against signatures that were typed wrongly.
#[test]
fn signatures_give_the_topics_that_are_on_chain() {
    let signatures: Vec<&str> = decoders().flat_map(|decoder| decoder.signatures()).collect();
    for topic in TOPICS {
        let known = signatures.iter().any(|signature| hex::encode(keccak256(signature)) == *topic);
        assert!(known, "{topic}");
    }
}

/// Sources: for Across, Celer and Stargate <https://github.com/DefiLlama/bridges-server>, for the
/// others the contracts in <https://etherscan.io>.
const TOPICS: &[&str] = &[
    // Across: FundsDeposited and FilledRelay of versions 2, 2.5, 3 and 3.5.
    "4a4fc49abd237bfd7f4ac82d6c7a284c69daaea5154430cff04ad7482c6c4254",
    "56450a30040c51955338a4a9fbafcf94f7ca4b75f4cd83c2f5e29ef77fbe0a3a",
    "afc4df6845a4ab948b492800d3d8a25d538a102a2bc07cd01f1cfa097fddcff6",
    "8ab9dc6c19fe88e69bc70221b339c84332752fdd49591b7c51e66bae3947b73c",
    "a123dc29aebf7d0c3322c8eeb5b999e859f39937950ed31056532713d0de396f",
    "571749edf1d5c9599318cdbc4e28a6475d65e87fd3b2ddbe1e9a8d5e7a0f0ff7",
    "32ed1a409ef04c7b0227189c3a103dc5ac10e775a15b785dcc510201f7c25ad3",
    "44b559f101f8fbcc8a0ea43fa91a05a729a5ea6e14a7c75aa750374690137208",
    // Celer: Send, Relay, WithdrawDone, Mint, Burn, Deposited, Withdrawn.
    "89d8051e597ab4178a863a5190407b98abfeff406aa8db90c59af76612e58f01",
    "79fa08de5149d912dce8e5e8da7a7c17ccdf23dd5d3bfe196802e6eb86347c7c",
    "48a1ab26f3aa7b62bb6b6e8eed182f292b84eb7b006c0254386b268af20774be",
    "5bc84ecccfced5bb04bfc7f3efcdbe7f5cd21949ef146811b4d1967fe41f777a",
    "75f1bf55bb1de41b63a775dc7d4500f01114ee62b688a6b11d34f4692c1f3d43",
    "6298d7b58f235730b3b399dc5c282f15dae8b022e5fbbf89cee21fd83c8810a3",
    "15d2eeefbe4963b5b2178f239ddcc730dda55f1c23c22efb79ded0eb854ac789",
    "28d226819e371600e26624ebc4a9a3947117ee2760209f816c789d3a99bf481b",
    "296a629c5265cb4e5319803d016902eb70a9079b89655fe2b7737821ed88beeb",
    // CCTP: DepositForBurn of both versions, MessageReceived, MessageSent, MintAndWithdraw.
    "2fa9ca894982930190727e75500a97d8dc500233a5065e0f3126c48fbe0343c0",
    "0c8c1cbdc5190613ebd485511d4e2812cfa45eecb79d845893331fedad5130a5",
    "58200b4c34ae05ee816d710053fff3fb75af4395915d3d2a771b24aa10e3cc5d",
    "ff48c13eda96b1cceacc6b9edeedc9e9db9d6226afbc30146b720c19d3addb1c",
    "8c5261668696ce22758910d05bab8f186d6eb247ceac2af2e82c7dc17669b036",
    "1b2a7ff080b8cb6ff436ce0372e399692bbfb6d4ae5766fd8d58a7b8cc6142e6",
    "50c55e915134d457debfa58eb6f4342956f8b0616d51a89a3659360178e1ab63",
    // LayerZero: OFTs, packets of both versions, Stargate's pools.
    "85496b760a4b7f8d66384b9df21b381f5d1b1e79f229a47aaf4c232edc2fe59a",
    "efed6d3500546b29533b128a29e3a94d70788727f0507505ac12eaf2e578fd9c",
    "1ab700d4ced0c005b164c0f789fd09fcbb0156d4c2041b8a3bfbcd961cd1567f",
    "3cd5e48f9730b129dc7550f0fcea9c767b7be37837cd10e55eb35f734f4bca04",
    "e9bded5f24a4168e4f3bf44e00298c993b22376aad8c58c7dda9718a54cbea82",
    "2bd2d8a84b748439fd50d79a49502b4eb5faa25b864da6a9ab5c150704be9a4d",
    "34660fc8af304464529f48a778e03d03e4d34bcd5f9b6f0cfbf3cd238c642f7f",
    "fb2b592367452f1c437675bed47f5e1e6c25188c17d7ba01a12eb030bc41ccef",
    // THORChain: Deposit, TransferOut, TransferOutAndCall.
    "ef519b7eb82aaf6ac376a6df2d793843ebfd593de5f1a0601d3cc6ab49ebb395",
    "a9cd03aa3c1b4515114539cd53d22085129d495cb9e9f9af77864526240f1bf7",
    "8e5841bcd195b858d53b38bcf91b38d47f3bc800469b6812d35451ab619c6f6c",
];
