"""HTTP to Kafka, answered when every in-sync replica has it. Nothing of the body is read, and there is no key."""

import os

from mq_bridge import Route

env = os.environ
Route.from_config(
    {
        "input": {
            "http": {
                "url": f"{env['HOST']}:{env['PORT']}",
                "path": "/v1/invoices",
                "method": "POST",
                "concurrency_limit": 2048,
                "internal_buffer_size": 2048,
            }
        },
        "output": {
            "kafka": {
                "url": env["KAFKA_BROKERS"],
                "topic": env["KAFKA_TOPIC"],
                "create_topic": False,
                "producer_options": [
                    ["acks", "all"],
                    ["enable.idempotence", "true"],
                    ["linger.ms", "2"],
                ],
            }
        },
        "concurrency": 4,
        "batch_size": 100,
    },
    "invoices",
).run()
