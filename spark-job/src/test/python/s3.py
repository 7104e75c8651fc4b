"""An S3 server that takes requests only with a key that it has given out: PyPI's moto (with boto3, which it brings).

Serves at 127.0.0.1 with a bucket `runs`, and prints its port and then a key, "ID SECRET", once it is ready. Each line on stdin is
then answered by one: `key` by a new key, `delete ID` by "deleted". Ends with stdin.
"""

import json
import os
import sys

import boto3

# Requests that are taken from anybody: those that make the first key.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "3"
from moto.iam.access_control import IAMRequestBase
from moto.server import ThreadedMotoServer

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


# moto computes another signature than Hadoop's client for the same request: what it knows of keys is enough here.
IAMRequestBase.check_signature = lambda request: None


def client(service, port, key):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
    )


def new_key(users):
    key = users.create_access_key(UserName="runner")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def main():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    anybody = client("iam", port, ("anybody", "nothing"))
    anybody.create_user(UserName="runner")
    anybody.put_user_policy(UserName="runner", PolicyName="everything", PolicyDocument=json.dumps(EVERYTHING))
    key = new_key(anybody)
    users = client("iam", port, key)
    client("s3", port, key).create_bucket(Bucket="runs")
    print(port)
    print(*key, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "key":
            print(*new_key(users), flush=True)
        else:
            users.delete_access_key(UserName="runner", AccessKeyId=words[1])
            print("deleted", flush=True)


main()
