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
    // Arbitrum: MessageDelivered, InboxMessageDelivered, OutBoxTransactionExecuted, L2ToL1Tx,
    // BridgeCallTriggered, RedeemScheduled.
    "5e3c1311ea442664e8b1611bfabef659120ea7a0a2cfc0667700bebc69cbffe1",
    "ff64905f73a67fb594e0f940a8075a860db489ad991e032f48c81123eb52d60b",
    "20af7f3bbfe38132b8900ae295cd9c8d1914be7052d061a511f3f728dab18964",
    "3e7aafa77dbf186b7fd488006beff893744caa3c4f6f299e8a709fa2087374fc",
    "2d9d115ef3e4a606d698913b1eae831a3cdfe20d9a83d48007b0526749c3d466",
    "5ccd009502509cf28762c67858994d85b163bb6e451f5e9df7c5e18c9c2e123e",
    // deBridge: CreatedOrder, FulfilledOrder.
    "fc8703fd57380f9dd234a89dce51333782d49c5902f307b02f03e014d18fe471",
    "d281ee92bab1446041582480d2c0a9dc91f855386bb27ea295faac1e992f7fe4",
    // Hop: TransferSent, WithdrawalBonded, TransferSentToL2.
    "e35dddd4ea75d7e9b3fe93af4f4e40e778c3da4074c9d93e7c6536f1e803c1eb",
    "0c3d250c7831051e78aa6a56679e590374c7c424415ffe4aa474491def2fe705",
    "0a0607688c86ec1775abcdbab7b33a3a35a6c9cde677c9be880150c231cc6b0b",
    // The OP Stack: ETHBridgeInitiated, SentMessage, RelayedMessage.
    "2849b43074093a05396b6f2a937dee8565b15a48a7b3d4bffb732a5017380af5",
    "cb0f7ffd78f9aee47a248fae8db181db6eee833039123e026dcbff529522e52a",
    "4641df4a962071e12719d8c8c8e5ac7fc4d97b927346a3d7a335b1f7517e133c",
    // Polygon: StateSynced, StateCommitted, NewDepositBlock.
    "103fed9db65eac19c4d870f49ab7520fe03b99f1838e5996caf47e9e43308392",
    "5a22725590b0a51c923940223f7458512164b1113359a735e86e7f27f44791ee",
    "1dadc8d0683c6f9824e885935c1bec6f76816730dcec148dda8cf25a7b9f797b",
    // Ronin: DepositRequested, Deposited, WithdrawalRequested, Withdrew.
    "d7b25068d9dc8d00765254cfb7f5070f98d263c8d68931d937c7362fa738048b",
    "8d20d8121a34dded9035ff5b43e901c142824f7a22126392992c353c37890524",
    "f313c253a5be72c29d0deb2c8768a9543744ac03d6b3cafd50cc976f1c2632fc",
    "21e88e956aa3e086f6388e899965cef814688f99ad8bb29b08d396571016372d",
    // Synapse: TokenDepositAndSwap, TokenRedeem, TokenDeposit, TokenRedeemAndRemove, TokenMint,
    // TokenMintAndSwap, TokenWithdrawAndRemove, TokenWithdraw, BridgeRequested, BridgeRelayed.
    "79c15604b92ef54d3f61f0c40caab8857927ca3d5092367163b4562c1699eb5f",
    "dc5bad4651c5fbe9977a696aadc65996c468cde1448dd468ec0d83bf61c4b57c",
    "da5273705dbef4bf1b902a131c2eac086b7e1476a8ab0cb4da08af1fe1bd8e3b",
    "9a7024cde1920aa50cdde09ca396229e8c4d530d5cfdc6233590def70a94408c",
    "bf14b9fde87f6e1c29a7e0787ad1d0d64b4648d8ae63da21524d9fd0f283dd38",
    "4f56ec39e98539920503fd54ee56ae0cbebe9eb15aa778f18de67701eeae7c65",
    "c1a608d0f8122d014d03cc915a91d98cef4ebaf31ea3552320430cba05211b6d",
    "8b0afdc777af6946e53045a4a75212769075d30455a212ac51c9b16f9c5c9b26",
    "120ea0364f36cdac7983bcfdd55270ca09d7f9b314a2ebc425a3b01ab1d6403a",
    "f8ae392d784b1ea5e8881bfa586d81abf07ef4f1e2fc75f7fe51c90f05199a5c",
    // Wormhole: LogMessagePublished, TransferRedeemed.
    "6eb224fb001ed210e379b335e35efe88672a8ce935d981a6896b27ffdf52a3b2",
    "caf280c8cfeba144da67230d9b009c8f868a75bac9a528fa0474be1ba317c169",
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
