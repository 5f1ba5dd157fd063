//! Lists of sanctions in their published shapes. All names, numbers and entries are invented; the
//! addresses are test vectors of BIP-173 and EIP-55, that of the first block, and repeated digits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hawkshaw_attribution::{
    DefectReason, EntityKind, Format, ListFile, NoIncludes, Publisher, TagIndex, read_list,
};

const BITCOIN: &str = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
const SEGWIT: &str = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4";
const ETHER: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

fn read(text: &str) -> ListFile {
    read_list("list", text.as_bytes(), &NoIncludes).unwrap()
}

fn accounts(file: &ListFile) -> Vec<String> {
    let addresses = file.entities.iter().flat_map(|entity| &entity.addresses);
    addresses.map(|address| address.account.to_string()).collect()
}

fn eu() -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2024-02-23T15:58:08.417+01:00" globalFileId="1">
  <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.90001.1" logicalId="90001">
    <remark>Wallets used: bitcoin {SEGWIT}; Tron TEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR. Reference 1234567890123456789012345678.</remark>
    <regulation regulationType="amendment" publicationDate="2023-06-23" entryIntoForceDate="2023-06-24" numberTitle="1/2023" programme="CYB" logicalId="1"><publicationUrl>https://example.org/oj</publicationUrl></regulation>
    <subjectType code="enterprise" classificationCode="E"/>
    <nameAlias firstName="" middleName="" lastName="" wholeName="Invented &amp; Sons" strong="true" regulationLanguage="en"/>
    <nameAlias wholeName="Выдумка" strong="true"/>
    <identification diplomatic="false" number="{ETHER}" identificationTypeCode="other" identificationTypeDescription="Other identification number"><remark>USDT wallet on BSC</remark></identification>
    <birthdate birthdate="1970-01-01" year="1970"/>
  </sanctionEntity>
  <sanctionEntity euReferenceNumber="EU.90002.2" logicalId="90002" designationDate="2022-03-01">
    <subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Nemo" lastName="Nobody" wholeName="" strong="true"/>
    <citizenship countryIso2Code="XX"/>
  </sanctionEntity>
</export>"#
    )
}

#[test]
fn the_european_list_has_addresses_in_remarks_and_papers() {
    let file = read(&eu());
    assert_eq!((file.format, file.publisher), (Format::EuXml, Some(Publisher::Eu)));
    assert_eq!(file.edition.unwrap().to_date(), "2024-02-23");
    let [body, person] = file.entities.as_slice() else { panic!("{:?}", file.entities) };
    assert_eq!(body.number, "EU.90001.1");
    assert_eq!(body.names, ["Invented & Sons", "Выдумка"]);
    assert_eq!(body.designated.unwrap().to_date(), "2023-06-24");
    assert_eq!(
        (body.programmes[0].as_str(), body.source.as_str()),
        ("CYB", "https://example.org/oj")
    );
    assert_eq!(body.addresses.len(), 3, "{:?}", body.addresses);
    assert!(accounts(&file).contains(&format!("eip155:56:{}", ETHER.to_lowercase())));
    assert_eq!((person.kind, person.names[0].as_str()), (EntityKind::Person, "Nemo Nobody"));
    assert_eq!(person.designated.unwrap().to_date(), "2022-03-01");
    assert!(!format!("{:?}", file.entities).contains("1970"), "no dates of birth");
    let mut tags = TagIndex::new();
    tags.add_file("eu.xml", eu().as_bytes(), &NoIncludes).unwrap();
    assert_eq!(tags.len(), 3);
}

#[test]
fn the_british_list_has_addresses_in_other_information() {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Designations>\n<DateGenerated>10/06/2026</DateGenerated>\n\
         <Designation><LastUpdated>16/04/2026</LastUpdated><DateDesignated>29/06/2012</DateDesignated>\
         <UniqueID>CYB9001</UniqueID><OFSIGroupID>99001</OFSIGroupID>\
         <Names><Name><Name6>Other Name</Name6><NameType>Alias</NameType></Name>\
         <Name><Name1>INVENTED</Name1><Name6>EXCHANGE</Name6><NameType>Primary Name</NameType></Name></Names>\
         <RegimeName>Cyber</RegimeName><IndividualEntityShip>Entity</IndividualEntityShip>\
         <OtherInformation>(1) Digital currency wallet addresses: {BITCOIN}, {SEGWIT} and \
         {}. Email address: a@example.org</OtherInformation></Designation></Designations>",
        ETHER.to_lowercase()
    );
    let file = read(&xml);
    assert_eq!(
        (file.format, file.edition.unwrap().to_date().as_str()),
        (Format::UkXml, "2026-06-10")
    );
    let entity = &file.entities[0];
    assert_eq!(entity.names, ["INVENTED EXCHANGE", "Other Name"]);
    assert_eq!(entity.designated.unwrap().to_date(), "2012-06-29");
    assert_eq!((entity.number.as_str(), entity.addresses.len()), ("CYB9001", 3));
}

#[test]
fn the_british_tables_have_a_row_for_each_name() {
    let own = format!(
        "Report Date: 22-Nov-2023\r\nLast Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Name type,Regime Name,Designation Type,Date Designated,Other Information\r\n\
         16/04/2022,CYB9001,99001,ALIAS,,Alias,Cyber,Individual,01/02/2022,\r\n\
         16/04/2022,CYB9001,99001,NOBODY,NEMO,Primary Name,Cyber,Individual,01/02/2022,\"Wallet, {BITCOIN};\nETH {ETHER}\"\r\n,,,,,,,,,\r\n"
    );
    let file = read(&own);
    assert_eq!(
        (file.format, file.edition.unwrap().to_date().as_str()),
        (Format::UkCsv, "2023-11-22")
    );
    assert_eq!(file.entities[0].names, ["NEMO NOBODY", "ALIAS"]);
    assert_eq!((file.entities.len(), accounts(&file).len()), (1, 2));
    assert_eq!(file.entities[0].designated.unwrap().to_date(), "2022-02-01");

    let ofsi = format!(
        "Last Updated,22/11/2023\nName 6,Name 1,Name 2,DOB,Nationality,Other Information,Group Type,Alias Type,Regime,Listed On,UK Sanctions List Date Designated,Last Updated,Group ID\n\
         INVENTED LLC,,,,,(UK Sanctions List Ref):CYB9001. BTC: {BITCOIN},Entity,Primary name,Cyber,01/03/2022,28/02/2022,01/03/2022,99001\n"
    );
    let file = read(&ofsi);
    assert_eq!((file.format, file.publisher), (Format::OfsiCsv, Some(Publisher::Uk)));
    assert_eq!(file.entities[0].number, "99001");
    assert_eq!(file.entities[0].designated.unwrap().to_date(), "2022-02-28");
    assert_eq!(accounts(&file).len(), 1);
}

#[test]
fn the_list_of_the_united_nations_has_addresses_in_comments() {
    let xml = format!(
        "<?xml version=\"1.0\"?><CONSOLIDATED_LIST dateGenerated=\"2023-11-21T19:00:01.582-05:00\">\
         <INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>NEMO</FIRST_NAME><SECOND_NAME>NOBODY</SECOND_NAME><THIRD_NAME/>\
         <UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.900</REFERENCE_NUMBER><LISTED_ON>2016-11-30</LISTED_ON>\
         <COMMENTS1>Controls the Ethereum wallet {ETHER}.</COMMENTS1>\
         <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Captain Nemo</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>\
         <ENTITIES><ENTITY><REFERENCE_NUMBER>KPe.900</REFERENCE_NUMBER><FIRST_NAME>INVENTED TRUST</FIRST_NAME></ENTITY></ENTITIES></CONSOLIDATED_LIST>"
    );
    let file = read(&xml);
    assert_eq!(
        (file.format, file.edition.unwrap().to_date().as_str()),
        (Format::UnXml, "2023-11-21")
    );
    assert_eq!(file.entities[0].names, ["NEMO NOBODY", "Captain Nemo"]);
    assert_eq!(file.entities[0].designated.unwrap().to_date(), "2016-11-30");
    assert_eq!((file.entities.len(), accounts(&file).len()), (2, 1));
}

#[test]
fn ofacs_plain_xml_has_fields_for_addresses() {
    let xml = format!(
        "<?xml version=\"1.0\" standalone=\"yes\"?><sdnList xmlns=\"http://example.org\"><publshInformation><Publish_Date>07/30/2026</Publish_Date></publshInformation>\
         <sdnEntry><uid>900001</uid><firstName>Nemo</firstName><lastName>NOBODY</lastName><sdnType>Individual</sdnType><programList><program>CYBER2</program></programList>\
         <akaList><aka><uid>2</uid><lastName>CAPTAIN</lastName></aka></akaList>\
         <idList><id><uid>3</uid><idType>Digital Currency Address - XBT</idType><idNumber> {BITCOIN} </idNumber></id>\
         <id><idType>Passport</idType><idNumber>X</idNumber></id>\
         <id><idType>Digital Currency Address - ETH</idType><idNumber>0xbroken</idNumber></id></idList></sdnEntry></sdnList>"
    );
    let file = read(&xml);
    assert_eq!(
        (file.format, file.edition.unwrap().to_date().as_str()),
        (Format::SdnPlainXml, "2026-07-30")
    );
    let entity = &file.entities[0];
    assert_eq!(entity.names, ["Nemo NOBODY", "CAPTAIN"]);
    assert_eq!((entity.number.as_str(), entity.addresses.len()), ("900001", 1));
    assert_eq!(file.defects.count(DefectReason::ImpossibleAddress), 1);
}

#[test]
fn half_files_bombs_and_other_xml_are_refused() {
    let whole = eu();
    let step = 97;
    for end in (100..whole.len() - 10).step_by(step).filter(|end| whole.is_char_boundary(*end)) {
        let read = read_list("eu.xml", &whole.as_bytes()[..end], &NoIncludes);
        assert!(read.is_err(), "cut at {end}");
    }
    let refusal =
        |text: &str| read_list("a.xml", text.as_bytes(), &NoIncludes).unwrap_err().to_string();
    let bomb = "<!DOCTYPE e [<!ENTITY a \"x\">]><export>&a;</export>";
    assert!(refusal(bomb).contains("document type"), "{}", refusal(bomb));
    let entity = "<export><sanctionEntity><remark>&a;</remark></sanctionEntity></export>";
    assert!(refusal(entity).contains("entity `a` is refused"));
    let attribute = "<export><sanctionEntity logicalId=\"&a;\"/></export>";
    assert!(refusal(attribute).contains("entity"), "{}", refusal(attribute));
    assert!(refusal(&format!("<export>{}", "<a>".repeat(100_000))).contains("deeper"));
    assert!(refusal("<rss><channel/></rss>").contains("none of the lists"));
    let huge = "x".repeat(2 << 20);
    let long = format!("<export><sanctionEntity><remark>{huge}</remark></sanctionEntity></export>");
    assert!(refusal(&long).contains("over 1048576 bytes"));
    let many = "<remark/>".repeat(300_000);
    let many = format!("<export><sanctionEntity>{many}</sanctionEntity></export>");
    assert!(refusal(&many).contains("200000 elements"));
}
