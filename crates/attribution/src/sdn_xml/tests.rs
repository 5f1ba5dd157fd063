use super::read;
use crate::defects::DefectReason;

/// Invented names and numbers in the shape of the real list; the addresses are those of
/// BIP-173's and EIP-55's test vectors and of the first block, none of them listed.
const LIST: &str = r#"<?xml version="1.0" standalone="yes"?>
<Sanctions xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADVANCED_XML" Version="1">
  <DateOfIssue CalendarTypeID="1"><Year>2024</Year><Month>9</Month><Day>27</Day></DateOfIssue>
  <ReferenceValueSets>
    <FeatureTypeValues>
      <FeatureType ID="8" FeatureTypeGroupID="1">Birthdate</FeatureType>
      <FeatureType ID="344" FeatureTypeGroupID="1">Digital Currency Address - XBT</FeatureType>
      <FeatureType ID="345" FeatureTypeGroupID="1">Digital Currency Address - ETH</FeatureType>
    </FeatureTypeValues>
  </ReferenceValueSets>
  <Locations><Location ID="1" /></Locations>
  <DistinctParties>
    <DistinctParty FixedRef="900001">
      <Comment />
      <Profile ID="900001" PartySubTypeID="4">
        <Identity ID="1" FixedRef="900001" Primary="true" False="false">
          <Alias FixedRef="900001" AliasTypeID="1400" Primary="false" LowQuality="false">
            <DocumentedName ID="2" FixedRef="900001" DocNameStatusID="2">
              <DocumentedNamePart><NamePartValue NamePartGroupID="1">OTHER</NamePartValue></DocumentedNamePart>
            </DocumentedName>
          </Alias>
          <Alias FixedRef="900001" AliasTypeID="1403" Primary="true" LowQuality="false">
            <DocumentedName ID="1" FixedRef="900001" DocNameStatusID="1">
              <DocumentedNamePart><NamePartValue NamePartGroupID="1" ScriptID="215">EXAMPLE &amp; SONS</NamePartValue></DocumentedNamePart>
              <DocumentedNamePart><NamePartValue NamePartGroupID="2" ScriptID="215">Nemo</NamePartValue></DocumentedNamePart>
            </DocumentedName>
            <DocumentedName ID="3" FixedRef="900001" DocNameStatusID="2">
              <DocumentedNamePart><NamePartValue NamePartGroupID="1" ScriptID="220">Немо</NamePartValue></DocumentedNamePart>
            </DocumentedName>
          </Alias>
        </Identity>
        <Feature ID="10" FeatureTypeID="8">
          <FeatureVersion ID="10" ReliabilityID="1">
            <VersionDetail DetailTypeID="1430">1 January 1970</VersionDetail>
          </FeatureVersion>
        </Feature>
        <Feature ID="11" FeatureTypeID="344">
          <FeatureVersion ID="11" ReliabilityID="1">
            <Comment />
            <VersionDetail DetailTypeID="1432">1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa</VersionDetail>
          </FeatureVersion>
          <IdentityReference IdentityID="1" IdentityFeatureLinkTypeID="1" />
        </Feature>
        <Feature ID="12" FeatureTypeID="345">
          <FeatureVersion ID="12" ReliabilityID="1">
            <VersionDetail DetailTypeID="1432">0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed</VersionDetail>
            <VersionDetail DetailTypeID="1432">0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed</VersionDetail>
          </FeatureVersion>
        </Feature>
      </Profile>
    </DistinctParty>
  </DistinctParties>
</Sanctions>
"#;

fn refusal(xml: &str) -> String {
    read("sdn_advanced.xml", xml.as_bytes()).unwrap_err().to_string()
}

#[test]
fn addresses_are_read_with_the_listed_name() {
    let reading = read("sdn_advanced.xml", LIST.as_bytes()).unwrap();
    let [bitcoin, ethereum, mended] = reading.tags.as_slice() else { panic!("{:?}", reading.tags) };
    assert_eq!(bitcoin.label, "EXAMPLE & SONS Nemo");
    assert_eq!(bitcoin.source, "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=900001");
    assert_eq!(bitcoin.lastmod.unwrap().to_date(), "2024-09-27");
    assert_eq!(ethereum.currency.as_deref(), Some("ETH"));
    assert!(!format!("{:?}", reading.tags).contains("1970"));
    let (reason, count, examples) = reading.defects.iter().next().unwrap();
    // A sanctioned address is not lost to a wrong capital.
    assert_eq!(mended.subject, ethereum.subject);
    assert_eq!((reason, count), (DefectReason::WrongChecksum, 1));
    assert_eq!(examples[0].line, 47);
}

#[test]
fn document_types_and_entities_are_refused() {
    let bomb = "<!DOCTYPE s [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><Sanctions>&b;</Sanctions>";
    assert!(refusal(bomb).contains("document type"), "{}", refusal(bomb));
    assert!(refusal("<Sanctions>&b;</Sanctions>").contains("entity"));
    assert!(refusal("<!DOCTYPE s SYSTEM \"file:///etc/passwd\"><Sanctions/>").contains("type"));
}

#[test]
fn depth_and_half_files_are_refused() {
    let deep = format!("<Sanctions>{}", "<a>".repeat(100_000));
    assert!(refusal(&deep).contains("nest deeper"));
    let cut = LIST.split_at(LIST.len() / 2).0;
    assert!(refusal(cut).starts_with("sdn_advanced.xml:"));
    assert!(refusal("<Sanctions><a></b></Sanctions>").starts_with("sdn_advanced.xml:1:"));
    assert!(refusal("<sdnList></sdnList>").contains("sdnList"));
}

#[test]
fn an_address_type_that_comes_late_is_counted() {
    let late = "<Sanctions><DistinctParty FixedRef=\"1\"/>\
                <FeatureType ID=\"3\">Digital Currency Address - XBT</FeatureType></Sanctions>";
    let reading = read("sdn_advanced.xml", late.as_bytes()).unwrap();
    assert_eq!(reading.defects.count(DefectReason::BadRecord), 1);
}
