//! Amazon's partitions: where each has its hosts, and what its certificates are made out to.

/// A part of Amazon's cloud with its own accounts and host names.
pub(crate) struct Partition {
    /// Its name in ARNs.
    name: &'static str,
    /// What its host names end with.
    pub(crate) suffix: &'static str,
    /// The names that its signing certificates may have; `{region}` stands for the region.
    certificates: &'static [&'static str],
}

/// The partitions that Amazon's SDKs list, with the names that its newest SDK for Java expects.
const PARTITIONS: &[Partition] = &[
    Partition {
        name: "aws",
        suffix: "amazonaws.com",
        // The first everywhere, the second in regions that an account must opt into.
        certificates: &["sns.amazonaws.com", "sns-signing.{region}.amazonaws.com"],
    },
    Partition {
        name: "aws-cn",
        suffix: "amazonaws.com.cn",
        certificates: &["sns-{region}.amazonaws.com.cn"],
    },
    Partition {
        name: "aws-us-gov",
        suffix: "amazonaws.com",
        // The same one in both of its regions.
        certificates: &["sns-us-gov-west-1.amazonaws.com"],
    },
    Partition {
        name: "aws-eusc",
        suffix: "amazonaws.eu",
        certificates: &["sns-signing.{region}.amazonaws.eu"],
    },
    Partition {
        name: "aws-iso",
        suffix: "c2s.ic.gov",
        certificates: &["sns-us-iso-east-1.c2s.ic.gov"],
    },
    Partition {
        name: "aws-iso-b",
        suffix: "sc2s.sgov.gov",
        certificates: &["sns-us-isob-east-1.sc2s.sgov.gov"],
    },
    Partition {
        name: "aws-iso-e",
        suffix: "cloud.adc-e.uk",
        certificates: &["sns-signing.{region}.cloud.adc-e.uk"],
    },
    Partition {
        name: "aws-iso-f",
        suffix: "csp.hci.ic.gov",
        certificates: &["sns-signing.{region}.csp.hci.ic.gov"],
    },
];

impl Partition {
    /// The partition that ARNs call `name`.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        PARTITIONS.iter().find(|partition| partition.name == name)
    }

    /// The host of the service in `region`.
    pub(crate) fn host(&self, region: &str) -> String {
        format!("sns.{region}.{}", self.suffix)
    }

    /// The names that a signing certificate of `region` may have.
    pub(crate) fn certificates(&self, region: &str) -> Vec<String> {
        self.certificates.iter().map(|name| name.replace("{region}", region)).collect()
    }
}
