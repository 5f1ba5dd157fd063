//! Bytes of strangers: no decoder panics, runs long, or invents a leg of a failed transaction.

use alloy_primitives::keccak256;
use hawkshaw_bridges::{Log, TxRecord, decode_all, decoders};
use hawkshaw_model::{Account, Address, Amount};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use crate::made::{bitcoin, bytes, call, chain, log, record, text, uint, word};

const TX: &str = "0x7777777777777777777777777777777777777777777777777777777777777777";

/// Topics of all events that decoders read.
fn topics() -> Vec<[u8; 32]> {
    decoders().flat_map(|decoder| decoder.signatures()).map(|text| keccak256(text).0).collect()
}

/// Words as strangers would choose them: small numbers, offsets, addresses, noise.
fn words() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        (0_u64..2_000).prop_map(|value| alloy_primitives::U256::from(value).to_be_bytes::<32>()),
        any::<[u8; 20]>().prop_map(|address| {
            let mut word = [0; 32];
            word[12..].copy_from_slice(&address);
            word
        }),
        any::<[u8; 32]>(),
        Just([0xff; 32]),
        Just([0; 32]),
    ];
    (vec(word, 0..30), vec(any::<u8>(), 0..40))
        .prop_map(|(words, rest)| [words.concat(), rest].concat())
}

fn log_of(topic: [u8; 32], more: Vec<[u8; 32]>, data: Vec<u8>, emitter: [u8; 20]) -> Log {
    let topics = [vec![topic], more].concat();
    Log { event: 0, emitter: Account::new(chain(1), Address::Evm(emitter)), topics, data }
}

proptest! {
    #[test]
    fn any_logs(
        logs in vec((any::<usize>(), vec(any::<[u8; 32]>(), 0..4), words(), any::<[u8; 20]>()), 1..12),
        id in prop_oneof![Just(1_u64), Just(56), Just(137), Just(8_453), any::<u64>()],
    ) {
        let topics = topics();
        let logs = logs
            .into_iter()
            .map(|(at, more, data, emitter)| log_of(topics[at % topics.len()], more, data, emitter))
            .collect();
        let mut made = record(&chain(id), TX, logs);
        let decoded = decode_all(&made);
        assert!(decoded.legs.len() <= made.logs.len());
        assert_eq!(decode_all(&made), decoded);
        made.success = Some(false);
        assert!(decode_all(&made).legs.is_empty());
    }

    #[test]
    fn any_calldata(selector in 0_usize..11, data in words(), noise in vec(any::<u8>(), 0..200)) {
        let signatures = [
            "send(address,address,uint256,uint64,uint64,uint32)",
            "sendNative(address,uint256,uint64,uint64,uint32)",
            "relay(bytes,bytes[],address[],uint256[])",
            "mint(bytes,bytes[],address[],uint256[])",
            "withdraw(bytes,bytes[],address[],uint256[])",
            "completeTransfer(bytes)",
            "completeTransferAndUnwrapETH(bytes)",
            "completeTransferWithPayload(bytes)",
            "transfer((uint256,uint256,address),(address,address,uint256))",
            "transferBatch((uint256,uint256,address),(address,address,uint256)[])",
            "allBatch((uint256,uint256,address),(bytes32,address)[],(address,address)[],(address,address,uint256)[])",
        ];
        let contracts = [
            "0x5427fefa711eff984124bfbb1ab6fbf5e3da1820",
            "0x3ee18b2214aff97000d974cf647e7c347e8fa585",
            "0xf5e10380213880111522dd0efd3dbb45b9f62bcc",
        ];
        let contract = contracts[usize::from(selector > 4) + usize::from(selector > 7)];
        let bridge = Account::parse(&chain(1), contract).unwrap();
        let mut made = record(&chain(1), TX, Vec::new());
        made.to = Some(bridge.clone());
        made.sender = Some(bridge);
        made.calldata = [call(signatures[selector], &[]), data].concat();
        decode_all(&made);
        made.calldata = call(signatures[selector], &[bytes(&noise)]);
        decode_all(&made);
        made.value = Some(Amount::from(1_u64));
        made.calldata = noise;
        decode_all(&made);
    }

    #[test]
    fn any_memo(memo in "[=+$|:~./^A-Za-z0-9\u{0}-\u{1f}-]{0,120}", script in vec(any::<u8>(), 0..120)) {
        let to = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        decode_all(&bitcoin(TX, (to, 1), memo.as_bytes()));
        let mut made = bitcoin(TX, (to, 1), b"");
        let holder = Address::Script([vec![0x6a], script].concat().into_boxed_slice());
        made.outputs[1].holder = Some(Account::new(made.chain.clone(), holder));
        decode_all(&made);
    }

    /// Valid logs with a byte changed, bytes cut off, or topics gone.
    #[test]
    fn broken_logs(which in any::<usize>(), at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let valid = valid();
        let mut broken = valid[which % valid.len()].clone();
        for log in &mut broken.logs {
            if !log.data.is_empty() {
                let place = at % log.data.len();
                log.data[place] = byte;
                log.data.truncate(cut % (log.data.len() * 2));
            }
            log.topics.truncate(1 + cut % 6);
        }
        decode_all(&broken);
    }
}

fn valid() -> Vec<TxRecord> {
    let thief = word("0x098b716b8aaf21512996dc57eb0615e2383e2f96");
    let words = |count: usize| -> Vec<_> { (0..count).map(|_| thief.clone()).collect() };
    decoders()
        .flat_map(|decoder| decoder.signatures())
        .map(|signature| {
            let mut fields = words(16);
            fields[3] = text("=:ETH.ETH:0x098b716b8aaf21512996dc57eb0615e2383e2f96");
            fields[14] = uint(32_u64);
            record(&chain(1), TX, vec![log(&TX[..42], signature, &[0, 1], &fields)])
        })
        .collect()
}

/// A transaction with thousands of logs takes thousands of steps, not millions.
#[test]
fn ten_thousand_logs_are_read_in_no_time() {
    let signature = "OFTSent(bytes32,uint32,address,uint256,uint256)";
    let fields = [word(TX), uint(30_101_u64), word("0x01"), uint(1_u64), uint(1_u64)];
    let logs = (0..10_000).map(|_| log(&TX[..42], signature, &[0, 2], &fields)).collect();
    let decoded = decode_all(&record(&chain(1), TX, logs));
    assert_eq!((decoded.legs.len(), decoded.defects.len()), (10_000, 10_000));
}
