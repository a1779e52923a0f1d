//! Names of topics.

use crate::shape::is_decimal;

/// A topic's name as it is signed: `arn:{partition}:sns:{region}:{account}:{name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicArn<'a> {
    text: &'a str,
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

impl<'a> TopicArn<'a> {
    /// The name that `text` is. Region and account are free enough for private clouds (which may
    /// have an account without digits, or none); what Amazon's own topics must look like besides is
    /// asked where a certificate's address is checked.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (arn, partition, service) = (next()?, next()?, next()?);
        let (region, account, name) = (next()?, next()?, next()?);
        let is_word = |text: &str, extra: &str, most: usize| {
            text.len() <= most
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || extra.as_bytes().contains(&byte))
        };
        let is_name = is_word(name.strip_suffix(".fifo").unwrap_or(name), "-_", 256);
        let sound = arn == "arn"
            && service == "sns"
            && !partition.is_empty()
            && is_word(partition, "-", 32)
            && !region.is_empty()
            && is_word(region, "-", 64)
            && is_word(account, "-", 64)
            && !name.is_empty()
            && is_name;
        sound.then_some(Self { text, partition, region, account })
    }

    /// The whole name.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The partition: `aws`, `aws-cn` and the like.
    pub const fn partition(&self) -> &'a str {
        self.partition
    }

    /// The region, like `eu-central-1`.
    pub const fn region(&self) -> &'a str {
        self.region
    }

    /// Whether region and account are written as Amazon writes its own.
    pub(crate) fn is_amazons(&self) -> bool {
        self.account.len() == 12 && is_decimal(self.account) && is_region(self.region)
    }
}

/// Whether `text` is the code of one of Amazon's regions: two to four letters, words, a number.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let first = parts.next().is_some_and(|part| (2..=4).contains(&part.len()) && is_letters(part));
    let last =
        parts.next_back().is_some_and(|part| (1..=2).contains(&part.len()) && is_decimal(part));
    let mut words = 0;
    let middle = parts.all(|part| {
        words += 1;
        !part.is_empty() && is_letters(part)
    });
    first && last && middle && words > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_taken_apart_and_nothing_else_is_one() {
        let check = |text: &str, expected: Option<(&str, &str, bool)>| {
            let got = TopicArn::parse(text);
            let got = got.map(|arn| (arn.partition(), arn.region(), arn.is_amazons()));
            assert_eq!(got, expected, "{text:?}");
        };
        check("arn:aws:sns:us-west-2:131990247566:alarms", Some(("aws", "us-west-2", true)));
        check("arn:aws-cn:sns:cn-north-1:131990247566:a_b-C", Some(("aws-cn", "cn-north-1", true)));
        check("arn:aws:sns:us-west-2:131990247566:a.fifo", Some(("aws", "us-west-2", true)));
        check("arn:aws:sns:default::alarms", Some(("aws", "default", false)));
        check("arn:aws:sns:us-west-2:1234:alarms", Some(("aws", "us-west-2", false)));
        for wrong in [
            "",
            "arn:aws:sqs:us-west-2:131990247566:alarms",
            "arn:aws:sns:us-west-2:131990247566:",
            "arn:aws:sns:us-west-2:131990247566:alarms\n",
            "arn:aws:sns:us-west-2:131990247566:alarms:b24e11a2",
            "arn:aws:sns:us-west-2:131990247566:a b",
            "arn:aws:sns::131990247566:alarms",
            "arn::sns:us-west-2:131990247566:alarms",
            "arn:aws:sns:us.evil.example/x:131990247566:alarms",
            "xarn:aws:sns:us-west-2:131990247566:alarms",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn only_region_codes_are_regions() {
        for region in ["us-west-2", "us-gov-west-1", "eusc-de-east-1", "ap-southeast-10"] {
            assert!(is_region(region), "{region}");
        }
        for other in
            ["", "us", "us-2", "s3-us-west-2", "s3-website-us-east-1", "execute-api", "us-west-2-x"]
        {
            assert!(!is_region(other), "{other}");
        }
        assert!(!is_region("us--2") && !is_region("us-west-123") && !is_region("US-WEST-2"));
    }
}
