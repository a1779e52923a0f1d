//! Alarms by their names, and where a browser finds them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use watchbell_wire::http_url;

/// What stays as it is in an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What an alarm's ARN says: `arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlarmArn<'a> {
    partition: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    /// May hold anything, colons and slashes too.
    pub(crate) name: &'a str,
}

impl<'a> AlarmArn<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(7, ':');
        let mut next = || parts.next();
        let (arn, partition, service) = (next()?, next()?, next()?);
        let (region, account, kind, name) = (next()?, next()?, next()?, next()?);
        let is_alarm = arn == "arn" && service == "cloudwatch" && kind == "alarm";
        (is_alarm && !name.is_empty()).then_some(Self { partition, region, account, name })
    }

    /// The alarm's page in the console, where the console's host is known.
    pub(crate) fn link(&self) -> Option<String> {
        let Self { partition, region, name, .. } = *self;
        // The region becomes a part of a host name, so nothing else may be in it.
        let is_region = region.split('-').count() >= 3
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !region.starts_with('-');
        let host = match partition {
            "aws" => format!("{region}.console.aws.amazon.com"),
            "aws-cn" => format!("{region}.console.amazonaws.cn"),
            "aws-us-gov" => format!("{region}.console.amazonaws-us-gov.com"),
            _ => return None,
        };
        let name = utf8_percent_encode(name, ESCAPED);
        let link = format!("https://{host}/cloudwatch/home?region={region}#alarmsV2:alarm/{name}");
        http_url(&link).filter(|_| is_region).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_found_in_the_console_of_its_partition() {
        let check = |arn: &str, link: Option<&str>| {
            let got = AlarmArn::parse(arn).and_then(|arn| arn.link());
            assert_eq!(got.as_deref(), link, "{arn}");
        };
        check(
            "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a b/c:d%ä",
            Some(
                "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1\
                 #alarmsV2:alarm/a%20b%2Fc%3Ad%25%C3%A4",
            ),
        );
        check(
            "arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:x",
            Some(
                "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1\
                 #alarmsV2:alarm/x",
            ),
        );
        check(
            "arn:aws-us-gov:cloudwatch:us-gov-west-1:123456789012:alarm:x",
            Some(
                "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home\
                 ?region=us-gov-west-1#alarmsV2:alarm/x",
            ),
        );
        check("arn:aws-iso:cloudwatch:us-iso-east-1:123456789012:alarm:x", None);
        check("arn:aws:cloudwatch:REGION:ACCOUNT_NUMBER:alarm:EXAMPLE", None);
        check("arn:aws:cloudwatch:evil.example/a-b-c:123456789012:alarm:x", None);
        check("arn:aws:sns:us-east-1:123456789012:alarm:x", None);
        check("arn:aws:cloudwatch:us-east-1:123456789012:alarm:", None);
        check("", None);
    }
}
