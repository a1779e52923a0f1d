//! How to subscribe a topic.

use watchbell_provider::GuideContext;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let url = url.expose();
    format!(
        r#"# AWS CloudWatch

Alarms come through a topic of Amazon SNS, in the region of the alarms.

## 1. Make a topic

```sh
TOPIC=$(aws sns create-topic --name watchbell --query TopicArn --output text)
```

Any standard topic that exists already will do. Other messages on it are ignored.

## 2. Subscribe this address

```sh
aws sns subscribe --topic-arn "$TOPIC" --protocol https --notification-endpoint '{url}'
```

The subscription is confirmed by itself within seconds, and this topic is let in. A further topic that asks later waits
until somebody lets it in here. The address is a password: whoever knows it can ask for a subscription.

- The address must be reachable from AWS by https, with a certificate of a public authority.
- Leave **raw message delivery** off. With it a message has no signature, and is refused.

## 3. Let alarms tell the topic, also when they are over

```sh
aws cloudwatch put-metric-alarm --alarm-name checkout-errors \
  --namespace MyApp --metric-name Errors --dimensions Name=service_id,Value={service_key} \
  --statistic Sum --period 60 --evaluation-periods 1 --threshold 5 --comparison-operator GreaterThanThreshold \
  --treat-missing-data notBreaching \
  --alarm-actions "$TOPIC" --ok-actions "$TOPIC" --insufficient-data-actions "$TOPIC"
```

Without `--ok-actions` nothing says that an alarm is over, and its incident stays open. This is what is forgotten most.

| state | what happens |
|---|---|
| `ALARM` | opens an incident, or counts a repeat |
| `OK` | resolves it |
| `INSUFFICIENT_DATA` | a note; a new incident becomes "investigating" |

## 4. Say which service an alarm belongs to

A dimension `service_id` of the alarm's metric names the service (here `{service_key}`), which must be linked to the
integration. Alarms on metrics of AWS itself have no such dimension: they go to the integration's default service.
An alarm has no severity: the service's default severity counts.

## 5. Keep what could not be delivered

SNS tries three times within a minute and then drops the message. A delivery policy makes that an hour:

```sh
SUBSCRIPTION=$(aws sns list-subscriptions-by-topic --topic-arn "$TOPIC" \
  --query "Subscriptions[?Protocol=='https'].SubscriptionArn | [0]" --output text)
aws sns set-subscription-attributes --subscription-arn "$SUBSCRIPTION" \
  --attribute-name DeliveryPolicy --attribute-value '{{
    "healthyRetryPolicy": {{
      "numRetries": 50, "numNoDelayRetries": 3, "minDelayTarget": 1, "numMinDelayRetries": 2,
      "maxDelayTarget": 60, "numMaxDelayRetries": 35, "backoffFunction": "exponential"
    }},
    "throttlePolicy": {{"maxReceivesPerSecond": 10}}
  }}'
```

A queue for dead letters keeps what is lost even so, and can be delivered again later, however old it is:

```sh
aws sns set-subscription-attributes --subscription-arn "$SUBSCRIPTION" \
  --attribute-name RedrivePolicy --attribute-value '{{"deadLetterTargetArn": "arn:aws:sqs:REGION:ACCOUNT:watchbell-lost"}}'
```

## 6. Try it

```sh
aws cloudwatch set-alarm-state --alarm-name checkout-errors --state-value ALARM --state-reason "Does it arrive?"
```

CloudWatch puts the true state back at its next look at the metric, which resolves the incident.
"#
    )
}
