//! Bodies as SNS posts them, with a signature that is none: only Amazon can sign.

use serde_json::{Value, json};
use watchbell_model::GroupHash;
use watchbell_provider::{Sample, SampleContext};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:watchbell-sample";
const HOST: &str = "https://sns.us-east-1.amazonaws.com";
/// Stands where the signature would be. It fits nothing.
const NO_SIGNATURE: &str = "VW5zaWduZWQgc2FtcGxl";

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let alarm = |name, about, new_state, old_state, reason| {
        let message = message(context, new_state, old_state, reason).to_string();
        let subject = format!("{new_state}: \"{}\" in US East (N. Virginia)", alarm_name(context));
        let unsubscribe = format!("{HOST}/?Action=Unsubscribe&SubscriptionArn={TOPIC}:sample");
        let own = json!({
            "Type": "Notification",
            "Subject": subject,
            "Message": message,
            "UnsubscribeURL": unsubscribe,
        });
        sample(context, name, about, own)
    };
    let question = |name, about, kind: &str, text: &str| {
        let token = hex(context, name).repeat(4);
        let url = format!("{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}");
        let own = json!({"Type": kind, "Message": text, "Token": token, "SubscribeURL": url});
        sample(context, name, about, own)
    };
    vec![
        alarm(
            "alarm",
            "An alarm goes off. Unsigned, as all samples here: to be accepted, it must be signed \
             by an origin of your own that is configured.",
            "ALARM",
            "OK",
            "Threshold Crossed: 1 datapoint [12.0] was greater than the threshold (5.0).",
        ),
        alarm(
            "insufficient-data",
            "The same alarm has no data: a note on its incident. Unsigned.",
            "INSUFFICIENT_DATA",
            "ALARM",
            "Insufficient Data: 1 datapoint was unknown.",
        ),
        alarm(
            "ok",
            "The same alarm is over: resolves its incident. Unsigned.",
            "OK",
            "ALARM",
            "Threshold Crossed: no datapoints were greater than the threshold (5.0).",
        ),
        question(
            "subscription",
            "The topic asks for confirmation. Unsigned.",
            "SubscriptionConfirmation",
            "You have chosen to subscribe to the topic.",
        ),
        question(
            "unsubscribed",
            "The subscription has ended. Unsigned.",
            "UnsubscribeConfirmation",
            "You have chosen to deactivate subscription.",
        ),
    ]
}

fn alarm_name(context: &SampleContext) -> String {
    format!("watchbell-sample-{}", context.nonce)
}

fn message(context: &SampleContext, new_state: &str, old_state: &str, reason: &str) -> Value {
    let SampleContext { service_key, now, .. } = context;
    let name = alarm_name(context);
    json!({
        "AlarmName": name,
        "AlarmDescription": "Sent to see whether alarms arrive. Nothing is broken.",
        "AWSAccountId": "123456789012",
        "AlarmConfigurationUpdatedTimestamp": "2026-02-02T11:48:52.788+0000",
        "NewStateValue": new_state,
        "NewStateReason": reason,
        "StateChangeTime": now.format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(),
        "Region": "US East (N. Virginia)",
        "AlarmArn": format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"),
        "OldStateValue": old_state,
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [TOPIC],
        "Trigger": {
            "MetricName": "Errors",
            "Namespace": "Watchbell/Sample",
            "StatisticType": "Statistic",
            "Statistic": "SUM",
            "Unit": null,
            "Dimensions": [{"value": service_key, "name": "service_id"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5.0,
            "TreatMissingData": "missing",
            "EvaluateLowSampleCountPercentile": "",
        },
    })
}

/// An envelope with what is its own in addition to what all have.
fn sample(context: &SampleContext, name: &'static str, about: &'static str, own: Value) -> Sample {
    let id = uuid(&hex(context, name));
    let kind = own.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut body = json!({
        "MessageId": id,
        "TopicArn": TOPIC,
        "Timestamp": context.now.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "SignatureVersion": "1",
        "Signature": NO_SIGNATURE,
        "SigningCertURL":
            format!("{HOST}/SimpleNotificationService-00000000000000000000000000000000.pem"),
    });
    if let (Value::Object(body), Value::Object(own)) = (&mut body, own) {
        body.extend(own);
    }
    let headers = vec![
        ("content-type", "text/plain; charset=UTF-8".to_owned()),
        ("user-agent", "Amazon Simple Notification Service Agent".to_owned()),
        ("x-amz-sns-message-type", kind),
        ("x-amz-sns-message-id", id),
        ("x-amz-sns-topic-arn", TOPIC.to_owned()),
    ];
    Sample { name, about, headers, body: format!("{body:#}\n") }
}

/// 32 hexadecimal digits for this sample of this nonce.
fn hex(context: &SampleContext, name: &str) -> String {
    let hash = GroupHash::of(&format!("{}/{name}", context.nonce));
    format!("{:032x}", u128::from_be_bytes(*hash.as_bytes()))
}

/// Digits in the form of a UUID.
fn uuid(digits: &str) -> String {
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts: Vec<_> = parts.into_iter().filter_map(|part| digits.get(part)).collect();
    parts.join("-")
}
