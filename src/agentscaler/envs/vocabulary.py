"""Words that values are made of, by what they name. Written for this project; people and addresses come from Faker."""

from functools import lru_cache
from typing import Any, Final, NamedTuple


class Words(NamedTuple):
    """Lists of which a name takes one word each."""

    lists: tuple[tuple[str, ...], ...]
    join: str = " "


def _w(*lists: str, join: str = " ") -> Words:
    return Words(tuple(tuple(part.strip() for part in text.split("|")) for text in lists), join)


PROJECTS = (
    "payroll|checkout|onboarding|billing|search|inventory|support|returns|catalog|loyalty|invoices|bookings|reviews|orders|newsletter|"
    "warehouse|delivery|pricing|identity|archive|press|partners|field|training|survey|tickets|portal|kiosk|fleet|harvest"
)
STAGES = "prod|staging|dev|test|eu|us|north|south|blue|green|internal|legacy|pilot|nightly|backup|main"
TOPICS = (
    "Harbour|Northgate|Riverside|Lantern|Greenhouse|Old mill|Rooftop|Ferry|Observatory|Canteen|Museum|Workshop|Marathon|Spring sale|"
    "Night shift|Front desk|Quarterly review|Welcome|Winter stock|Apprentice|Founders|Summer camp|Field survey|Customer letters|"
    "Returns|Payroll|Onboarding|Invoices|Site B|Orchard"
)
KIND_SLUGS: Final[dict[str, str]] = {
    "cluster": "core|compute|batch|web|search", "database": "db|store|ledger|records", "db": "db|store|ledger|records", "instance": "web|worker|db|cache|gateway",
    "host": "web|build|db|cache", "machine": "web|build|db|cache", "server": "web|mail|file|build|proxy", "node": "node-1|node-2|node-3|worker|edge", "volume": "data|logs|scratch|home", "disk": "data|logs|boot|scratch",
    "bucket": "assets|backups|exports|logs|uploads", "queue": "inbox|retry|jobs|dead-letter", "topic": "events|updates|alerts|audit", "stream": "events|clicks|metrics|orders",
    "function": "resize|notify|sync|export|cleanup", "pipeline": "release|import|etl|publish", "repository": "api|web|docs|infra|tools", "table": "customers|sessions|events|prices",
    "network": "net|office|lab|guest", "vpc": "net|core|shared", "subnet": "private|public|data", "image": "base|web|worker|builder", "key": "api-key|signing-key|deploy-key|master-key",
    "secret": "db-password|api-token|smtp-login|webhook-secret", "certificate": "web-cert|mail-cert|wildcard-cert|client-cert", "service": "api|web|auth|mail|search",
    "snapshot": "before-upgrade|weekly|monthly|pre-release", "backup": "weekly|nightly|monthly|before-upgrade", "gateway": "gateway|edge|vpn|transit", "endpoint": "endpoint|scoring|ingest|callback",
    "environment": "prod|staging|preview|lab", "domain": "www|shop|mail|docs", "zone": "internal|public|office", "registry": "images|packages|charts", "stack": "web|data|network|monitoring",
    "group": "web|api|batch|workers|edge", "role": "reader|deployer|auditor|backup", "connection": "office|partner|warehouse|replica", "balancer": "web|api|internal|edge",
}  # fmt: skip
"""Last word of an infrastructure noun -> what follows the project in its names."""
PEOPLE_NOUNS: Final = frozenset(
    ["user", "member", "contact", "employee", "person", "customer", "student", "teacher", "patient", "participant", "author", "owner", "guest", "visitor", "worker", "staff", "recipient", "subscriber", "guardian", "assignee", "reviewer", "approver", "invitee", "attendee", "practitioner", "human", "caller", "player"]
)
NAMES: Final[dict[str, Words]] = {
    "finding vulnerability weakness exposure threat risk defect issue": _w("Public storage bucket|Outdated TLS version|Weak password policy|Unused access key|Open management port|Missing encryption at rest|Default administrator account|Expired certificate|Overly broad role|Disabled audit log|SQL injection in search form|Cross-site scripting in comments|Path traversal in file download|Unpatched web server|Exposed debug endpoint|Plain-text credentials in a script|Missing multi-factor sign-in|Guest account with write access|Unrestricted outbound traffic|Outdated operating system|Leaked token in a repository|Insecure cookie settings|Anonymous database login|Shared root account|Unsigned package|Open redirect in login page|Backup without encryption|Missing rate limit|Stale user account|Weak cipher suite"),
    "virus malware trojan worm": _w("Trojan|Backdoor|Miner|Worm|Ransom", "Linux.Agent|Linux.Dropper|Win32.Loader|Script.Shell|Linux.Kinsing|Win64.Stealer", join="."),
    "recommendation suggestion advice proposal": _w("Delete idle load balancers|Resize oversized instances|Enable multi-factor sign-in|Rotate access keys|Turn on deletion protection|Move old backups to cold storage|Enable automated backups|Spread instances over two zones|Remove unattached volumes|Use a newer instance generation|Restrict public access|Encrypt data at rest|Set a budget alert|Release unused addresses|Enable access logging|Raise the connection limit|Add a read replica|Upgrade the database engine|Shorten log retention|Close unused ports|Tag untagged resources|Buy a yearly commitment|Turn off development machines at night|Compress static files"),
    "rubric criterion": _w("Clear structure|Use of sources|Originality|Spelling and grammar|Correct method|Reasoning|Presentation|Teamwork|Completeness|Depth of analysis|Use of examples|Accuracy of results|Time management|Creativity|Conclusion", "|in part 1|in part 2"),
    "variable": _w("retryCount|orderTotal|userId|isValid|pageSize|cartItems|lastError|startTime|maxRetries|response|timeoutMs|itemIndex|customer|buffer|sessionKey|discountRate|totalPrice|rowCount|payload|currentPage|filePath|taxRate|queueLength|attempts"),
    "parameter setting option": _w("max_connections|idle_timeout|log_level|retry_limit|page_size|cache_size|default_language|session_lifetime|batch_size|upload_limit|time_zone|slow_query_time|enable_audit|worker_count|buffer_size|read_timeout|sort_order|notify_owner|archive_after|sample_rate"),
    "metric indicator": _w("CPUUtilization|MemoryUsage|RequestCount|Latency|ErrorRate|DiskReadBytes|DiskWriteBytes|NetworkIn|NetworkOut|QueueDepth|ActiveConnections|CacheHitRate|FreeStorage|ThrottledRequests|ResponseTime|OpenSessions|FailedLogins|ReplicaLag"),
    "quota limit": _w("Concurrent jobs|Instances per region|Storage per account|Requests per second|Users per workspace|Topics per project|Connections per host|Rules per list|Snapshots per volume|Keys per account|Addresses per network|Queries per day|Upload size|Functions per region|Members per group|Certificates per account|Messages per day|Backups per vault"),
    "shape": _w("VM.Standard3|VM.Standard.E4|VM.Standard.E5|Exadata.X9M|Exadata.X8M|Exadata.X11M"),
    "group team audience segment cohort list roster": _w("Finance|Support|Field|Night shift|Weekend|Regional|New|Design|Warehouse|Press|Leeds|Graz|Porto|Founding|Volunteer", "team|leads|members|desk|contacts|crew|subscribers"),
    "campaign ad advertisement promotion offer coupon discount journey experience": _w("Spring|Summer|Autumn|Winter|Back to school|Black Friday|Loyalty|Welcome|Newcomer|Early bird|Weekend|Birthday", "sale|offer|teaser|reminder|launch|countdown|thank you"),
    "document file page note article post attachment draft memo contract form sheet spreadsheet presentation": _w("Quarterly review|Travel policy|Floor plan|Price list|Meeting notes|Press kit|Safety checklist|Job description|Budget|Customer survey|Release notes|Supplier contract", "2024|2025|2026|draft|final|for print|Leeds|v2"),
    "folder drive album collection library notebook": _w("Contracts|Photos|Receipts|Interviews|Drawings|Recipes|Press|Translations|Old projects|Site visits|Invoices|Tenders", "2024|2025|2026|archive|Leeds|shared|north"),
    "policy rule filter control guardrail constraint check standard": _w("Block|Keep|Review|Limit|Allow|Encrypt|Flag|Require approval for", "old clients|guest accounts|large uploads|public links|night logins|test data|foreign logins|unused keys|weekend changes"),
    "dashboard report view analysis chart widget query insight visualization": _w("Weekly|Monthly|Daily|Regional|Yearly", "sales|returns|visitors|open tickets|stock levels|energy use|delivery times|refunds|sign-ups"),
    "device sensor thing camera gateway asset machine robot vehicle meter printer phone": _w("Boiler room|Loading dock|Greenhouse|Server room|Lobby|Rooftop|Canteen|Cold store|Gate 3|Workshop|Parking|Hall B", "sensor|camera|meter|scanner|reader|unit 1|unit 2|controller"),
    "model classifier recognizer estimator detector predictor algorithm endpoint": _w("churn|ticket-triage|price-forecast|photo-tagger|fraud-score|demand|invoice-reader|sentiment|route-planner|defect-finder", "v1|v2|v3|small|large|tuned|baseline", join="-"),
    "dataset corpus feature experiment trial evaluation benchmark notebook": _w("customer-reviews|street-photos|call-transcripts|meter-readings|order-history|support-tickets|weather|product-texts", "2024|2025|clean|sample|labelled|raw|holdout", join="-"),
    "course class lesson assignment quiz exam classroom program curriculum": _w("Algebra|World history|Chemistry|Creative writing|First aid|Spanish|Accounting|Statistics|Pottery|Music theory", "1|2|evening|beginners|advanced|summer|group A|group B"),
    "product item sku variant listing good merchandise offering": _w("Oak|Linen|Copper|Travel|Mini|Classic|Nordic|Garden|Everyday|Foldable", "desk lamp|backpack|kettle|notebook|blanket|chair|bottle|umbrella|tray|mug"),
    "project workspace space app application site website portal initiative account tenant organization company": _w("Harbour|Northgate|Riverside|Lantern|Greenhouse|Old mill|Orchard|Observatory|Ferry|Founders|Lindqvist|Meridian", "portal|tracker|shop|help desk|booking|planner|archive|intranet"),
    "template blueprint layout theme preset schema profile": _w("Welcome|Invoice|Reminder|Order confirmation|Password reset|Monthly summary|Thank-you|Shipping notice|Feedback request|Basic|Compact", "letter|standard|short|with logo|plain|formal|German|v2"),
    "alarm alert monitor incident event notification anomaly warning": _w("High|Low|Unusual|Repeated|Sudden|Missing", "error rate|disk space|login attempts|response time|temperature|queue length|heartbeat|spend|memory use"),
    "location place store shop room venue building office warehouse facility branch": _w("Northgate|Riverside|Harbour|Old mill|Station|Market square|Airport|Hill street|Lakeside|Campus", "depot|branch|hall|office|warehouse|annexe|counter|2nd floor"),
    "job task run execution workflow process batch schedule operation export import migration session build deployment pipeline plan": _w("Nightly|Weekly|Month-end|Morning|One-off|Quarterly|Hourly", "import|clean-up|export|stock count|invoice run|backup|index rebuild|mailing|price update"),
    "channel video playlist broadcast live episode show podcast song track stream media clip": _w("Main hall|Studio 2|Morning show|Town council|Match day|Cooking|Ferry cam|Museum tour|Lecture|Open day", "feed|highlights|live|recording|part 1|part 2|replay"),
    "label tag keyword category term classification": _w("urgent|archived|internal|seasonal|reviewed|follow-up|sensitive|draft|partner|training|fragile|export"),
    "budget plan subscription package license contract agreement reservation commitment": _w("Marketing|Travel|Hardware|Training|Cloud|Events|Cleaning|Print|Security|Research", "2025|2026|basic|standard|yearly|reserve"),
    "question survey poll feedback comment review message reply conversation thread chat ticket case request": _w("Late delivery|Wrong size|Invoice question|Login trouble|Refund|Broken link|Change of address|Opening hours|Missing part|Thank you note", "Leeds|Graz|March|April|follow-up|second try|urgent"),
    "bot agent assistant intent skill": _w("Order|Returns|Booking|Opening hours|Invoice|Password|Delivery|Travel|Onboarding|Feedback", "helper|assistant|bot|guide|router"),
    "test suite scenario simulation fixture": _w("checkout|login|search|refund|signup|upload|export|billing", "smoke|load|regression|nightly|mobile", join="-"),
    "calendar": _w("Team|Holiday|Room|Shift|Training|Delivery", "calendar|plan|Leeds|Graz|2026"),
}  # fmt: skip
"""Words of a noun -> how its rows are called."""
DESCRIPTIONS: Final = (
    "for the finance team|kept for the auditors|moved from the old office|trial run, may be dropped|for the partners in Graz|copy of the main one|used on weekends only|set up by the previous admin|"
    "for the summer interns|replaces the one from last year|waiting for approval|shared with the print shop|needed until the end of the year|for customers in the north|made during the workshop|for the new branch|"
    "for the support desk|reviewed every quarter|ask the front desk before changing|owned by the field team|first version, to be refined|kept until the contract ends|for internal use|for the night shift|"
    "agreed with the works council|part of the move to the new office|used by two teams|for the spring season|for the yearly review|made for the demonstration in May|for the branch in Leeds|"
    "to be handed over in autumn|asked for by the sales team|for the external auditors|will be merged with the other one|for the pilot group|the one that most people use|for the training days|"
    "kept in case the new one fails|for the partners abroad|used once a month|for the colleagues in Porto|checked by the legal team|for seasonal staff|moved here in March|for the press office|"
    "set up on short notice|for large customers|for the test in June|follows the example of the main office|for visitors|to be cleaned up after the audit|stays until further notice|for the design team|"
    "not used at the moment|for the warehouse staff|belongs to the returns project|taken over from the supplier|renewed last year|for the help desk|for a customer in Finland|used by the apprentices|"
    "see the handbook before changing it|for the month-end closing"
).split("|")
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
    {}, {"team": "finance"}, {"team": "support", "stage": "prod"}, {"team": "field", "stage": "test"}, {"stage": "prod"}, {"team": "press"},
)  # fmt: skip
"""Tags that rows bear."""
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
VERBATIM: Final = frozenset("variable metric indicator virus malware trojan worm shape".split())
"""Things whose names no service makes shorter."""
JOBS: Final = ["Accountant", "Project manager", "Head of sales", "Editor", "Warehouse clerk", "Network engineer", "Office manager", "Support agent", "Data analyst", "Buyer", "Trainer", "Designer", "Site manager", "Driver", "Lawyer", "Nurse"]
SLUG_LISTS: Final = (tuple(PROJECTS.split("|")), tuple(STAGES.split("|")))
PHRASE_LISTS: Final = (tuple(TOPICS.split("|")), ("", "", "archive", "2025", "test", "draft", "copy", "north", "south"))


@lru_cache(1)
def people() -> tuple[str, ...]:
    """Forty full names."""
    fake = _faker()
    return tuple(dict.fromkeys(f"{fake.first_name()} {fake.last_name()}" for _ in range(44)))[:40]


@lru_cache(1)
def first_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.split(" ")[0] for n in people()))


@lru_cache(1)
def last_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.split(" ", 1)[1] for n in people()))


@lru_cache(1)
def companies() -> tuple[str, ...]:
    fake = _faker()
    return tuple(dict.fromkeys(fake.company() for _ in range(30)))[:24]


@lru_cache(1)
def streets() -> tuple[str, ...]:
    fake = _faker()
    return tuple(dict.fromkeys(fake.street_address() for _ in range(34)))[:30]


@lru_cache(1)
def cities() -> tuple[str, ...]:
    fake = _faker()
    return tuple(dict.fromkeys(fake.city() for _ in range(30)))[:24]


def _faker() -> Any:
    import faker

    fake = faker.Faker("en_US")
    fake.seed_instance(20260615)
    return fake


COUNTRIES: Final = ["Portugal", "Japan", "Kenya", "Austria", "Finland", "Peru", "Canada", "Belgium", "Ireland", "Vietnam"]


def find_names(noun: tuple[str, ...]) -> Words | None:
    """How rows of this noun are called; the last word of the noun decides first."""
    for word in reversed(noun):
        for words, found in NAMES.items():
            if word in words.split():
                return found
    return None
