"""Words that values are made of, by what they name. Written for this project; people and addresses come from Faker."""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple


class Words(NamedTuple):
    """Lists of which a name takes one word each."""

    lists: tuple[tuple[str, ...], ...]
    join: str = " "


def _w(*lists: str, join: str = " ") -> Words:
    return Words(tuple(tuple(part.strip() for part in text.split("|")) for text in lists), join)


PROJECTS = (
    "payroll|checkout|onboarding|billing|search|inventory|support|returns|catalog|loyalty|invoicing|booking|reviews|orders|newsletter|"
    "warehouse|delivery|pricing|identity|reporting|mobile|partner|analytics|marketing|training|survey|ticketing|portal|fleet|sales"
)
"""Product areas and teams: what anything in a company may be called after."""
STAGES = "prod|staging|dev|test|eu|us|north|south|blue|green|internal|legacy|pilot|nightly|backup|main"
QUALIFIERS: Final = (("", "eu", "staging"), ("", "prod", "test"), ("", "2025", "2026"), ("", "v2", "internal"), ("", "us", "pilot"))
"""What a name may end with, one group a noun."""
KIND_SLUGS: Final[dict[str, str]] = {
    "cluster": "core|compute|batch|web|search", "database": "db|store|ledger|records", "db": "db|store|ledger|records", "instance": "web|worker|db|cache|gateway",
    "host": "web|build|db|cache", "machine": "web|build|db|cache", "server": "web|mail|file|build|proxy", "node": "node-1|node-2|node-3|worker|edge", "volume": "data|logs|scratch|home", "disk": "data|logs|boot|scratch",
    "bucket": "assets|backups|exports|logs|uploads", "queue": "inbox|retry|jobs|dead-letter", "topic": "events|updates|alerts|audit", "stream": "events|clicks|metrics|orders",
    "function": "resize|notify|sync|export|cleanup", "repository": "api|web|docs|infra|tools", "table": "customers|sessions|events|prices",
    "network": "net|office|lab|guest", "vpc": "net|core|shared", "subnet": "private|public|data", "image": "base|web|worker|builder", "key": "api-key|signing-key|deploy-key|master-key",
    "secret": "db-password|api-token|smtp-login|webhook-secret", "certificate": "web-cert|mail-cert|wildcard-cert|client-cert",
    "snapshot": "before-upgrade|weekly|monthly|pre-release", "backup": "weekly|nightly|monthly|before-upgrade",
    "registry": "images|packages|charts", "stack": "web|data|network|monitoring", "role": "reader|deployer|auditor|backup", "balancer": "web|api|internal|edge",
}  # fmt: skip
"""Last word of an infrastructure noun -> what follows the area in its names."""
KIND_OF: Final[dict[str, tuple[str, ...]]] = {
    "key": ("api", "access", "signing", "ssh", "deploy", "crypto", "encryption"),
    "table": ("", "database", "db", "bigquery", "dynamodb", "glue", "data"),
    "image": ("", "machine", "container", "disk", "vm", "base", "custom"),
    "node": ("", "cluster", "compute", "worker"),
    "network": ("", "virtual", "private", "vpc"),
    "stream": ("", "data", "delivery", "event"),
    "topic": ("", "sns", "pubsub", "kafka", "message", "log"),
    "role": ("", "iam", "custom"),
    "function": ("", "lambda", "edge"),
    "device": ("", "iot", "edge", "core", "wireless", "managed", "mobile", "field"),
    "model": ("", "ml", "custom", "language", "speech", "prediction", "classification", "trained"),
    "registry": ("", "container", "image", "docker", "artifact"),
    "case": ("", "support", "customer"),
    "track": ("audio", "music", "media"),
    "clip": ("", "video", "audio", "media"),
    "message": ("", "email", "campaign", "welcome"),
    "rate": ("tax",),
    "type": ("info",),
    "plan": ("", "subscription", "pricing", "price", "billing", "usage"),
    "tier": ("", "pricing", "price", "subscription"),
    "port": ("", "named", "container", "service"),
    "process": ("", "host", "parent"),
    "issue": ("", "github", "jira"),
    "env": ("", "environment"),
    "voice": ("", "preview", "cloned"),
    "variant": ("experiment", "test", "flag", "prompt"),
    "variation": ("", "experiment", "flag"),
    "page": ("", "blog", "web", "landing", "cms", "site"),
    "post": ("", "blog", "local"),
    "party": ("", "originating", "receiving", "related", "counter"),
    "practice": ("", "medical", "dental"),
    "business": ("",),
    "carrier": ("", "shipping", "freight"),
    "tab": ("", "sheet"),
    "sheet": ("", "work"),
    "header": ("http", "request", "response", "custom", "signed"),
    "bill": ("",),
    "question": ("", "quiz", "survey", "assessment", "review"),
    "store": ("", "retail", "physical", "pickup", "grocery"),
}
"""Where the last word alone does not tell the kind: words that may stand before it ("" for none)."""
PEOPLE_NOUNS: Final = frozenset(
    ["individual", "cardholder", "user", "member", "contact", "employee", "person", "customer", "student", "teacher", "patient", "participant", "author", "owner", "guest", "visitor", "worker", "staff", "recipient", "subscriber", "guardian", "assignee", "reviewer", "approver", "invitee", "attendee", "practitioner", "human", "caller", "player", "committer", "contributor", "creator", "organizer", "instructor", "applicant", "uploader"]
)
_QUARTERS = "Northgate|Riverside|Harbour|Old mill|Station|Market square|Airport|Hill street|Lakeside|Campus|Orchard|Bridge street"
_ROOMS = "Boiler room|Loading dock|Greenhouse|Server room|Lobby|Rooftop|Canteen|Cold store|Gate 3|Workshop|Parking|Hall B"


NAMES: Final[dict[str, Words]] = {
    "finding vulnerability weakness": _w("Public storage bucket|Outdated TLS version|Weak password policy|Unused access key|Open management port|Missing encryption at rest|Default administrator account|Expired certificate|Overly broad role|Disabled audit log|SQL injection in search form|Cross-site scripting in comments|Path traversal in file download|Unpatched web server|Exposed debug endpoint|Plain-text credentials in a script|Missing multi-factor sign-in|Guest account with write access|Unrestricted outbound traffic|Outdated operating system|Leaked token in a repository|Insecure cookie settings|Anonymous database login|Shared root account|Unsigned package|Open redirect in login page|Backup without encryption|Missing rate limit|Stale user account|Weak cipher suite"),
    "virus malware trojan worm": _w("Trojan|Backdoor|Miner|Worm|Ransom", "Linux.Agent|Linux.Dropper|Win32.Loader|Script.Shell|Linux.Kinsing|Win64.Stealer", join="."),
    "recommendation suggestion": _w("Delete idle load balancers|Resize oversized instances|Enable multi-factor sign-in|Rotate access keys|Turn on deletion protection|Move old backups to cold storage|Enable automated backups|Spread instances over two zones|Remove unattached volumes|Use a newer instance generation|Restrict public access|Encrypt data at rest|Set a budget alert|Release unused addresses|Enable access logging|Raise the connection limit|Add a read replica|Upgrade the database engine|Shorten log retention|Close unused ports|Tag untagged resources|Buy a yearly commitment|Turn off development machines at night|Compress static files"),
    "rubric criterion": _w("Clear structure|Use of sources|Originality|Spelling and grammar|Correct method|Reasoning|Presentation|Teamwork|Completeness|Depth of analysis|Use of examples|Accuracy of results|Time management|Creativity|Conclusion", "|in part 1|in part 2"),
    "variable": _w("retryCount|orderTotal|userId|isValid|pageSize|cartItems|lastError|startTime|maxRetries|response|timeoutMs|itemIndex|customer|buffer|sessionKey|discountRate|totalPrice|rowCount|payload|currentPage|filePath|taxRate|queueLength|attempts"),
    "parameter": _w("max_connections|idle_timeout|log_level|retry_limit|page_size|cache_size|default_language|session_lifetime|batch_size|upload_limit|time_zone|slow_query_time|enable_audit|worker_count|buffer_size|read_timeout|sort_order|notify_owner|archive_after|sample_rate"),
    "metric indicator": _w("CPUUtilization|MemoryUsage|RequestCount|Latency|ErrorRate|DiskReadBytes|DiskWriteBytes|NetworkIn|NetworkOut|QueueDepth|ActiveConnections|CacheHitRate|FreeStorage|ThrottledRequests|ResponseTime|OpenSessions|FailedLogins|ReplicaLag"),
    "quota": _w("Requests per second|Requests per minute|Requests per day|Concurrent requests|Concurrent jobs|Jobs per day|Open connections|Storage per account|Resources per account|Resources per region|Tags per resource|Users per account|Projects per account|Backups per resource|Rules per account|Schedules per account"),
    "shape": _w("VM.Standard3|VM.Standard.E4|VM.Standard.E5|Exadata.X9M|Exadata.X8M|Exadata.X11M"),
    "team roster": _w("Finance|Support|Field|Night shift|Weekend|Regional|Design|Warehouse|Press|Leeds|Graz|Porto|Founding|Volunteer|Sales|Legal", "team|crew|desk"),
    "audience segment cohort": _w("New|Frequent|Lapsed|Regional|Trial|Returning|Young|Loyal|Online|Weekend", "customers|buyers|app users|newsletter readers|subscribers"),
    "campaign ad advertisement promotion offer coupon discount": _w("Spring|Summer|Autumn|Winter|Back to school|Black Friday|Loyalty|Welcome|Newcomer|Early bird|Weekend|Birthday", "sale|offer|teaser|reminder|launch|countdown|thank you"),
    "document file note article memo spreadsheet presentation": _w("Quarterly review|Travel policy|Floor plan|Price list|Meeting notes|Press kit|Safety checklist|Job description|Budget|Customer survey|Release notes|Supplier contract", "2024|2025|2026|draft|final|for print|Leeds|v2"),
    "folder drive album notebook": _w("Contracts|Photos|Receipts|Interviews|Drawings|Recipes|Press|Translations|Old projects|Site visits|Invoices|Tenders", "2024|2025|2026|archive|Leeds|shared|north"),
    "dashboard report": _w("Daily|Weekly|Monthly|Quarterly|Yearly", PROJECTS, "report|overview"),
    "camera": _w(_ROOMS, "camera|camera 2"),
    "sensor": _w(_ROOMS, "sensor|temperature sensor|door sensor"),
    "printer": _w(_ROOMS, "printer|label printer"),
    "meter": _w(_ROOMS, "meter|power meter|water meter"),
    "device thing": _w(_ROOMS, "sensor|scanner|reader|controller|tablet|display"),
    "model classifier recognizer estimator detector predictor": _w("churn|ticket-triage|price-forecast|photo-tagger|fraud-score|demand|invoice-reader|sentiment|route-planner|defect-finder", "v1|v2|v3|small|large|tuned|baseline", join="-"),
    "dataset corpus": _w("customer-reviews|street-photos|call-transcripts|meter-readings|order-history|support-tickets|weather|product-texts", "2024|2025|clean|sample|labelled|raw|holdout", join="-"),
    "course lesson quiz exam classroom": _w("Algebra|World history|Chemistry|Creative writing|First aid|Spanish|Accounting|Statistics|Pottery|Music theory", "1|2|evening|beginners|advanced|summer|group A|group B"),
    "product sku merchandise": _w("Oak desk|Linen blanket|Copper kettle|Travel backpack|Desk lamp|Ceramic mug|Folding umbrella|Garden chair|Steel bottle|Paper notebook|Serving tray|Wool scarf|Bread knife|Leather wallet|Wall clock|Cotton towel|Bicycle bell|Picture frame|Rain jacket|Plant pot", "|small|large|classic|set of two"),
    "alarm alert incident anomaly warning": _w(PROJECTS, "error rate high|response time high|disk nearly full|queue too long|heartbeat missing|login failures|memory nearly full|certificate expires soon"),
    "store shop": _w(_QUARTERS, "store|shop"),
    "room": _w("Boardroom|Meeting room 1|Meeting room 2|Meeting room 3|Training room|Workshop|Quiet room|Lecture hall|Interview room|Studio|Canteen|Library|Phone booth|Lab", "|east|west|2nd floor"),
    "building venue": _w(_QUARTERS, "building|hall|house|centre"),
    "office": _w(_QUARTERS, "office|annexe"),
    "job task run execution import export migration ingestion scan batch backfill": _w("nightly|weekly|monthly|hourly|one-off", PROJECTS, "@noun", join="-"),
    "video broadcast playlist episode podcast clip song track": _w("Main hall|Studio 2|Morning show|Town council|Match day|Cooking|Ferry cam|Museum tour|Lecture|Open day", "highlights|live|recording|part 1|part 2|replay"),
    "label tag keyword category": _w("urgent|archived|internal|seasonal|reviewed|follow-up|sensitive|draft|partner|training|fragile|export|priority|regional|newcomer|renewal"),
    "budget": _w("Marketing|Travel|Hardware|Training|Cloud|Events|Cleaning|Print|Security|Research", "2025|2026|first half|second half"),
    "ticket case conversation thread feedback complaint": _w("Late delivery|Wrong size|Invoice question|Login trouble|Refund|Broken link|Change of address|Opening hours|Missing part|Password reset", "Leeds|Graz|March|April|follow-up|second try|urgent"),
    "message mail email announcement": _w("Welcome|Invoice|Reminder|Order confirmation|Password reset|Monthly summary|Thank-you|Shipping notice|Feedback request", "short|formal|German|2026|v2"),
    "bot assistant": _w("Order|Returns|Booking|Opening hours|Invoice|Password|Delivery|Travel|Onboarding|Feedback", "helper|assistant|bot|guide"),
    "intent": _w("Book|Change|Cancel|Check|Track", "order|table|flight|appointment|delivery|subscription"),
    "company organization merchant issuer supplier vendor publisher advertiser": _w("@companies"),
    "floor": _w("Ground floor|1st floor|2nd floor|3rd floor|4th floor|Mezzanine|Basement|Roof terrace"),
    "city town municipality": _w("@cities"),
    "province": _w("@provinces"),
    "country": _w("Portugal|Japan|Kenya|Austria|Finland|Peru|Canada|Belgium|Ireland|Vietnam|Norway|Chile|Ghana|Poland|Uruguay|Iceland"),
    "language": _w("English|German|French|Japanese|Portuguese|Finnish|Spanish|Dutch|Polish|Swedish|Korean|Italian"),
    "browser": _w("Chrome|Firefox|Safari|Edge|Opera|Samsung Internet"),
    "os": _w("Ubuntu 22.04|Ubuntu 24.04|Debian 12|Amazon Linux 2023|Windows Server 2019|Windows Server 2022|Rocky Linux 9|Fedora 40"),
    "column field attribute": _w("order_id|customer_id|created_at|region|status|total_amount|email|country|quantity|unit_price|updated_at|product_id|channel|currency|discount|language|segment|postal_code|plan|device_type|session_id|source|amount_paid|due_date"),
    "region territory": _w("Northern|Southern|Eastern|Western|Coastal|Alpine|Central|Island|Lakeside|Capital", "region|district|area"),
    "branch": _w("feature|fix|release", PROJECTS, join="-"),
    "stage": _w("prod|staging|test|dev|beta|preview|canary|load-test|demo|sandbox|integration|hotfix"),
    "todo": _w("Call|Write to|Visit|Pay|Thank|Invite|Remind|Send the papers to", "the supplier|the landlord|the new colleague|the printers|the tax office|the travel agent|the cleaners|Anna"),
    "ref": _w("refs/heads/main|refs/heads/develop|refs/heads/release-2.1|refs/heads/fix-login|refs/heads/hotfix-timeouts|refs/tags/v1.4.2|refs/tags/v1.5.0|refs/tags/v2.0.0|refs/tags/v2.0.1|refs/tags/v2.1.0"),
    "version": _w("1.0.0|1.0.1|1.1.0|1.1.1|1.2.0|1.2.1|1.3.0|1.4.0|1.4.2|1.5.0|1.5.1|1.6.0|2.0.0|2.0.1|2.1.0|2.1.3|2.2.0|2.3.0|2.3.1|2.4.0|3.0.0|3.0.1|3.1.0|3.2.0|3.2.1|3.3.0|4.0.0|4.0.2|4.1.0|4.2.0"),
    "rate": _w("VAT|Sales tax|Reduced VAT|GST|Tourist tax|Import duty|Zero rate", "|2024|2025|2026"),
    "bank": _w("Alder|Northbridge|Harbour|Quayside|Stonegate|Fern Hill|Old Mint|Riverbend", "Bank|Savings Bank|Credit Union|Trust"),
    "receiver payer payee party creditor debtor counterparty beneficiary insurer lender wholesaler carrier institution business practice biller remitter": _w("@companies"),
    "emoji": _w("party-parrot|thumbs-up-twice|ship-it|coffee|green-tick|facepalm|rocket|on-call|birthday-cake|team-logo|thank-you|eyes|wave|celebrate|sleepy|question-box"),
    "reaction": _w("thumbsup|heart|tada|eyes|smile|rocket|clap|thinking"),
    "header": _w("X-Forwarded-For|X-Request-Id|User-Agent|Accept-Language|Authorization|Cache-Control|X-Api-Version|X-Tenant|Referer|Content-Type|X-Trace|X-Client|Origin|Accept-Encoding"),
    "env": _w("LOG_LEVEL|API_URL|CACHE_TTL|DB_HOST|FEATURE_FLAGS|TZ|PORT|QUEUE_URL|MAX_WORKERS|SMTP_HOST|RETRY_LIMIT|BUCKET"),
    "port": _w("http|https|grpc|metrics|ssh|admin|health|debug"),
    "process": _w("nginx|java|sshd|python3|node|crond|mysqld|redis-server|postgres|bash|dockerd|kubelet|rsyslogd|haproxy|gunicorn|systemd"),
    "vul": _w("Path traversal in file upload|Weak TLS configuration|SQL injection in search|Deserialisation of untrusted data|Default credentials|Heap overflow in image parser|Missing access check|Cross-site scripting in comments|Privilege escalation by sudo|Remote code execution in template engine|Outdated OpenSSL|Exposed management console"),
    "question": _w("@questions"),
    "issue": _w("Crash on start|Slow first page|Timeout on upload|Wrong total in invoice|Search finds nothing|Button without label|Login loop|Export stays empty|Dates shifted by a day|Broken link in footer|Memory grows overnight|Duplicate e-mails", "|on mobile|after update|in Safari|since March"),
    "bill": _w("Rent|Electricity|Internet|Cleaning|Insurance|Water|Leasing|Telephone", "January|February|March|April|May"),
    "voice": _w("Amber|Felix|Nora|Oscar|Ida|Jonas|Mira|Theo|Alma|Hugo|Vera|Emil"),
    "sheet worksheet tab": _w("Summary|Orders|Budget|Contacts|Stock|Hours|Prices|Log|Pivot|Archive|Costs|Targets"),
    "post page": _w("Opening hours|About us|Contact|New menu|Summer party|How we pack|Meet the team|Delivery areas|Gift ideas|Repair service|Our history|Press", "|2025|2026|for beginners|in short"),
    "variant variation treatment": _w("control|short-form|large-button|new-price|two-columns|dark-theme|free-delivery|no-banner"),
    "type": _w("EMAIL_ADDRESS|PHONE_NUMBER|CREDIT_CARD_NUMBER|PERSON_NAME|STREET_ADDRESS|DATE_OF_BIRTH|IBAN_CODE|PASSPORT|IP_ADDRESS|LOCATION"),
    "menu": _w("Breakfast|Lunch|Dinner|Drinks|Weekend|Children|Vegetarian|Seasonal"),
    "playbook runbook": _w("Restart web servers|Fail over database|Rotate credentials|Block sender|Isolate host|Restore backup|Clear queue|Renew certificate"),
    "holiday": _w("New Year|Good Friday|Labour Day|Midsummer|Ascension|All Saints|Christmas Eve|Boxing Day"),
    "plan tier": _w("Starter|Basic|Team|Business|Family|Premium|Enterprise|Student", "monthly|yearly|2025|2026"),
    "calendar": _w("Team|Holiday|Room|Shift|Training|Delivery", "calendar|plan|Leeds|Graz|2026"),
}  # fmt: skip
"""Words that are one kind of thing wherever they stand -> how its rows are called; "@noun" is the noun itself."""
DESCRIPTIONS: Final = tuple(
    f"{head}{tail}"
    for head in (
        "for internal use", "part of the pilot", "needed for the audit", "used in the training", "replaces the old one", "shared by two teams", "set up by a contractor", "for the relaunch",
        "used by partners", "kept for reference", "on request of finance", "part of the spring release", "for the field test", "used at two sites", "moved from the old account", "agreed with the vendor",
    )
    for tail in ("", ", ask before changing", ", reviewed once a year", ", needed until autumn", ", see the wiki")
)  # fmt: skip
"""What fits a thing whatever it is called: what it is for, of no part of the company that its name could contradict."""
OBSERVED: Final = tuple(
    f"{head}{tail}"
    for head in ("seen in one environment", "affects one region", "seen after the last release", "reported by two users", "found by the weekly scan", "first noticed by the night shift", "affects a few accounts", "seen once before")
    for tail in ("", ", cause not known yet", ", no data lost", ", workaround in place", ", being looked at")
)
"""The same for what nobody sets up: findings, incidents, attacks."""
REASONS: Final = (
    "scheduled maintenance|requested by the owner|limit reached|no longer needed|failed health check|waiting for capacity|policy change|manual change|"
    "quota exceeded|permission missing|replaced by a newer one|owner did not respond|moved to another account|cost limit reached|retired with its project|configuration changed"
).split("|")
ERRORS: Final = (
    "connection timed out|permission denied|invalid input in line 14|resource not found|quota exceeded|internal error, please retry|checksum does not match|"
    "unexpected end of file|target is not reachable|credentials have expired|not enough capacity|unsupported format|request was throttled|dependency failed to start|disk is full|name could not be resolved"
).split("|")
"""What went wrong."""
MESSAGES: Final = (
    "Your parcel has left our warehouse.|The meeting moved to Thursday at ten.|Please confirm your new address.|Thank you for visiting our stand.|The invoice for March is attached.|"
    "Our opening hours change next week.|Your booking is confirmed for two people.|We have received your return.|The lift in building B is out of order.|Welcome to the team."
).split("|")
"""Letters and short messages to people."""
CONFIRMATIONS: Final = (
    "Please open the link below to confirm your address.|Follow the link to finish your registration.|Confirm that this address is yours by opening the link.|Open the link within 24 hours to verify your address."
).split("|")
"""What somebody is told who has to confirm an address."""
REMARKS: Final = (
    "Looks good to me.|See the notes from Tuesday.|Please check the settings.|I will come back to this tomorrow.|Done, thank you.|Could you have another look?|We agreed on this last week.|"
    "One small change is still missing.|This can wait until Monday.|Thanks for the quick reply.|I have added the details.|Nothing more to do here."
).split("|")
"""What people say of anything they work on."""
NOTICES: Final = (
    "The check passed.|The settings were changed.|The update has finished.|The connection was restored.|Retried after a timeout.|"
    "Started on a new worker.|The load is back to normal.|The configuration was read.|Access was granted.|All steps are done."
).split("|")
"""What machines say of anything they run."""
WARNINGS: Final = (
    "Disk usage is above 90 percent.|The last heartbeat is ten minutes old.|Five sign-ins failed within a minute.|The certificate expires in 14 days.|The queue grows faster than it is read.|"
    "Response times have doubled since noon.|The limit is nearly reached.|A retry was needed three times.|The settings differ from the template.|Part of the data is older than a day."
).split("|")
"""What machines say when they warn of something."""
PHRASES: Final = (
    "Invoice 2026-118|Total amount due|Delivery address|Thank you for your order|Page 1 of 2|Date of issue|Payment within 14 days|Order number|Unit price|Two boxes, unopened|Signature of the recipient|Terms and conditions|"
    "Subtotal 248.50|Customer copy|Valid until March|Quantity 3"
).split("|")
"""Lines as they are read from a page or heard in a call."""
ANSWERS: Final = "The second one.|About half of them.|It follows from the first part.|Both are equal.|Only the first two.|It becomes smaller over time.|I agree with the first statement.|There are three of them.".split("|")
INSTRUCTIONS: Final = (
    "Answer briefly and politely.|Summarise the text in three sentences.|Reply in the language of the question.|Ask back when something is unclear.|"
    "Say so when you do not know the answer.|Name the source of each statement.|List the main points first.|Keep to the facts that are given."
).split("|")
"""What an assistant is told to do."""
CODE: Final = ("def handler(event, context):\n    return {}\n", "exports.handler = async (event) => ({});\n", "def main(event):\n    return event\n")
LESSONS: Final = (
    "an introduction for beginners|weekly exercises with feedback|prepares for the final exam|one hour a week in small groups|with a project at the end|repeats the last term|"
    "open to all year groups|two lectures and a workshop|reading list in the first week|can be taken online|follows the textbook|with guest speakers"
).split("|")
"""What is said of what is taught."""
GOODS: Final = (
    "ships within two days|made of recycled material|available in three colours|two years of warranty|hand wash only|fits into hand luggage|"
    "sold in pairs|made to order|with a spare part|refill available|for indoor use|comes flat-packed"
).split("|")
"""What is said of what is sold."""
QUESTIONS: Final = (
    "How many orders were open last month?|Which region had the most returns?|What is the average delivery time?|When does the spring sale end?|How do I change my address?|"
    "Which products are out of stock?|What did we spend on hosting in May?|Who approves travel requests?|How many customers signed up this week?|Where can I see my invoices?"
).split("|")
SCHEMAS: Final = {
    "avro": tuple('{{"type": "record", "name": "{}", "fields": [{{"name": "id", "type": "string"}}, {{"name": "{}", "type": "{}"}}]}}'.format(*part) for part in (("Order", "total", "double"), ("Customer", "email", "string"), ("Booking", "guests", "int"))),
    "proto": ('syntax = "proto3"; message Order { string id = 1; double total = 2; }',),
    "json": ('{"type": "object", "properties": {"id": {"type": "string"}, "total": {"type": "number"}}}',),
}
"""Definitions of a schema, by its language."""
QUERIES: Final = (
    "SELECT id, total FROM orders WHERE total > 100|SELECT city, COUNT(*) FROM customers GROUP BY city|SELECT * FROM sessions WHERE started_at >= '2026-05-01'|"
    "SELECT sku, SUM(quantity) FROM stock GROUP BY sku|SELECT name, email FROM subscribers ORDER BY name"
).split("|")
POLICIES: Final = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}',
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}',
    '{"Version": "2012-10-17", "Statement": []}',
)
SCRIPTS: Final = ("#!/bin/sh\nset -e\n./backup.sh --all\n", "#!/bin/sh\nfind /var/log -mtime +30 -delete\n", "#!/bin/sh\napt-get update && apt-get -y upgrade\n")
TEAMS: Final[tuple[dict[str, str], ...]] = (
    {}, {"owner": "operations"}, {"owner": "platform", "cost-center": "4100"}, {"team": "data-office"}, {"cost-center": "2350"}, {"team": "field-service", "cost-center": "3720"},
)  # fmt: skip
"""Tags that rows bear; none of a stage or of a part of the company, which are said by names."""
MACHINES: Final = {
    "aws": ("t3.medium", "m5.large", "c5.xlarge", "r5.large"),
    "google": ("e2-medium", "e2-standard-4", "n2-standard-8", "c3-standard-4"),
    "tencent": ("S5.MEDIUM4", "S5.LARGE8", "SA2.LARGE8", "C3.LARGE16"),
}
"""Types of machine, by vendor."""
BUCKETS: Final = {"aws": "s3://", "google": "gs://", "tencent": "cosn://"}
"""How each vendor writes the address of a bucket."""
REGIONS: Final = {
    "aws": ("eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"),
    "google": ("europe-west1", "us-central1", "asia-east1", "europe-north1"),
    "tencent": ("ap-singapore", "eu-frankfurt", "na-siliconvalley", "ap-tokyo"),
}
SOFTWARE: Final = _w("Drafting|Accounting|Backup|Office|Mail|Survey|Warehouse|Planning|Timesheet|Photo|Mapping|Translation|Payroll|Reporting", "Suite|Desktop|Server|Studio|Client")
"""Products of services that sell no mugs."""
TROUBLES: Final = (
    (re.compile(r"security|shield|guard|detective|inspector|macie|cwp|csip|antiddos|^waf"), _w("Suspicious sign-in|Leaked access key|Phishing mail|Malware on a laptop|Lost device|Unusual traffic|Open bucket|Guessed password|Unknown administrator|Blocked upload", "|March|April|follow-up|second site|head office")),
    (re.compile(r"support|ssm|ops|health|cloud"), _w("Cannot sign in|Instance not reachable|Invoice question|Higher limit needed|Slow queries|Missing permission|Backup failed|Certificate expired|Name not resolved|Job does not start", "|March|April|follow-up|second site|urgent")),
)  # fmt: skip
"""What goes wrong where it is not goods that are sold: pattern over the service -> names of cases, tickets and incidents."""
VERBATIM: Final = frozenset("column field attribute variable metric indicator virus malware trojan worm shape".split())
"""Things whose names no service makes shorter."""
RUNS: Final = frozenset("job task run execution session import export operation invocation scan query statement migration conversion ingestion backfill recording build rollout attempt attack trial evaluation analysis transcription training replay deployment refresh crawl command activity detection".split())
"""Things that take minutes or hours, from their beginning to their end."""
JOBS: Final = ["Accountant", "Project manager", "Head of sales", "Editor", "Warehouse clerk", "Network engineer", "Office manager", "Support agent", "Data analyst", "Buyer", "Trainer", "Designer", "Site manager", "Driver", "Lawyer", "Nurse"]
SLUG_LISTS: Final = (tuple(PROJECTS.split("|")), tuple(STAGES.split("|")))


@lru_cache(1)
def people() -> tuple[str, ...]:
    """Forty full names."""
    fake = _faker()
    return tuple(dict.fromkeys(f"{fake.first_name()} {fake.last_name()}" for _ in range(44)))[:40]


@lru_cache(1)
def companies() -> tuple[str, ...]:
    fake = _faker()
    return tuple(dict.fromkeys(fake.company() for _ in range(30)))[:24]


@lru_cache(1)
def streets() -> tuple[str, ...]:
    fake = _faker()
    return tuple(dict.fromkeys(fake.street_address() for _ in range(34)))[:30]


def _faker() -> Any:
    import faker

    fake = faker.Faker("en_US")
    fake.seed_instance(20260615)
    return fake


def find_names(noun: tuple[str, ...]) -> Words | None:
    """How rows of this noun are called, where its last word is one kind of thing wherever it stands."""
    return next((found for words, found in NAMES.items() if noun[-1] in words.split()), None) if _is_kind(noun) else None


def find_slugs(noun: tuple[str, ...]) -> str | None:
    """What follows the area in the names of an infrastructure noun; None where its last word names too many kinds of thing."""
    return KIND_SLUGS.get(noun[-1]) if _is_kind(noun) else None


def _is_kind(noun: tuple[str, ...]) -> bool:
    """Does the last word tell the kind, with what stands before it?"""
    return bool(noun) and (noun[-1] not in KIND_OF or (noun[-2] if len(noun) > 1 else "") in KIND_OF[noun[-1]])
