"""The field of life a tool belongs to, from a closed list: by its service where the service is about one thing, by its own words where it is about many.

    field_of(tool)      "banking and payments"

Words decide: those of the service's name and title first, those of what the tool acts on second. Abbreviations that say nothing (ec2, cwp, tke) and names that mislead stand
in SERVICES; a service in BROAD handles things of many fields, and there the tool's words come first. What no word speaks for is 'other'.
"""

from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from agentscaler.records import Source, Tool
from agentscaler.verbs import analyse
from agentscaler.words import singular, split

FIELDS: Final[dict[str, str]] = {
    "advertising and marketing": "ad ads advert advertising advertiser campaign adsense admob adwords bidding bidder bid creative marketing newsletter audience doubleclick promotion coupon impression keyword segment",
    "artificial intelligence": "ai bedrock sagemaker model ml machine learning vision speech translate translation comprehend rekognition dialogflow lex polly transcribe voice agent assistant prompt "
    "llm embedding textract ocr face facial inference prediction forecast personalize kendra training nlp language knowledge chatbot dubbing intelligence transcription",
    "banking and payments": "bank banking payment payments payout card transfer ach wire transaction account balance charge refund dispute treasury lithic issuing cardholder check checkout wallet mandate "
    "payee funding deposit loan credit debit currency money ledger counterparty swift",
    "bills and bookkeeping": "billing bill invoice budget cost tax bookkeeping accounting journal price pricing subscription plan quote receipt expense estimate reseller savings meter metering purchase vendor revenue",
    "computing": "compute ec2 instance lightsail vm cvm server serverless function lambda container kubernetes cluster autoscaling batch image pod node app engine hypervisor vmware mainframe workspace desktop appstream bare metal tpu",
    "customers and sales": "crm contact customer lead deal pipeline company ticket case support contactcenter callcenter profile opportunity sales loyalty engagement partner referral",
    "data and analytics": "analytics bigquery athena glue datalake lake warehouse dashboard report dataset quicksight looker etl emr spark dataproc dataflow kinesis metric insight tag catalog redshift stream dataplex lineage survey cleanroom flink",
    "databases": "database sql rds dynamodb spanner firestore datastore redis mongodb postgres postgresql mysql mariadb memcached neptune timestream cassandra keyspaces elasticache docdb dsql bigtable alloydb influxdb memorydb opensearch elasticsearch",
    "developer tools": "code build deploy deployment repository git artifact test debug pipeline cloudformation devops api gateway sdk firebase crash release feature flag script developer integration webhook ide environment package commit pull experiment apk bundle",
    "documents and files": "document file drive docs doc sheet spreadsheet slide presentation form folder envelope signature pdf note attachment workdocs table",
    "events and workflows": "event queue topic workflow eventbridge pubsub sns sqs mq kafka broker scheduler schedule step orchestrat rabbitmq message-queue state-machine automation trigger pipe",
    "games": "game gamelift player leaderboard achievement quest matchmaking",
    "health": "health healthcare medical patient clinic fhir hl7 dicom claim encounter provider diagnosis appointment fitness sleep nutrition exercise omics insurance payer coverage physician prescription",
    "homes and devices": "iot device sensor thermostat lock door access-code greengrass robot home fleet vehicle camera appliance smart noise sitewise twinmaker esim sim",
    "identity and sign-in": "iam identity directory login sso user group role cognito oauth token session authentication credential permission sts password signin mfa account-access organization-member",
    "learning": "course classroom student teacher assignment grade quiz lesson education school enrollment submission rubric coursework curriculum lcic tcic exam outcome learner guardian",
    "logistics": "parcel shipment shipping carrier rate label tracking supply chain warehouse-stock pickup delivery freight address-label manifest customs inventory",
    "messages and calls": "message mail email gmail inbox sms mms chat call phone voice-call fax conversation channel notification push conference meeting thread participant chime pinpoint ses im trtc rtc conferencing telephony sip whatsapp dial recording",
    "migration and backup": "migration migrate backup recovery disaster restore replication snapshot transfer-job snowball discovery datasync mgn",
    "networking": "vpc network route53 dns cdn cloudfront balancer elb clb load firewall-rule direct connect domain edge subnet nat vpn peering ip interconnect gateway-nat mesh traffic bandwidth proxy eip accelerator",
    "operations": "monitoring monitor log logging alarm cloudwatch audit quota config compliance incident trace telemetry trail resource organization policy-org support-case ssm operation maintenance catalog-service prometheus grafana observability chaos fault rum apm diagnostics patch",
    "people and pay": "employee payroll hr benefit workforce job recruit talent salary pay-statement labor shift timecard team-member individual time-off",
    "projects and calendars": "task project calendar event-calendar todo portfolio goal milestone reminder availability booking workspace-project board sprint timesheet story",
    "science": "quantum satellite ground-station braket simulation genomics earth bird observation species laboratory climate pollen air solar geospatial",
    "security": "security kms key secret certificate waf guardduty inspector macie shield detective threat vulnerability ddos encryption acm ssl antivirus malware firewall baseline risk captcha privateca hsm dlp asset-risk safe",
    "shops": "shop shopping store merchant product order cart catalog retail commerce marketplace variant checkout-cart gift menu merchandise coffee",
    "storage": "storage s3 bucket object glacier efs fsx ebs volume disk cos cfs filestore netapp vault chdfs lifecycle",
    "travel and maps": "map place places route routes location geocode trip flight hotel transit stop bus train lodging street travel airport address vehicle-position agency arrival departure navigation",
    "video, music and books": "video media song track album artist playlist music podcast audio live broadcast film youtube book channel-video episode show vod transcode asset-video ivs stream-live subtitle thumbnail streaming",
    "web sites": "site website blog page post cms collection redirect webflow publish blogger domain-site search webmaster seo html theme template-web comment",
}  # fmt: skip
"""Fields of life, a closed list, each with the words that speak for it."""

SERVICES: Final[dict[str, str]] = {
    "advertising and marketing": "google:dfareporting google:ad[esm]* google:realtimebidding google:authorizedbuyersmarketplace google:searchads360 google:doubleclick* google:displayvideo google:curationpartners google:abusiveexperiencereport "
    "google:localservices google:adexperiencereport aws:rtbfabric google:datamanager google:marketingplatformadmin aws:pinpoint tencent:ams klaviyo-api:* hubspot-api-client:marketing",
    "artificial intelligence": "aws:bedrock* aws:sagemaker* aws:qbusiness aws:qapps aws:nova-act aws:mturk aws:comprehend* aws:personalize* aws:agent-* aws:voice-id aws:frauddetector aws:elementalinference "
    "google:aiplatform google:discoveryengine google:datalabeling google:recommend* google:notebooks google:agentregistry google:videointelligence google:documentai google:ces google:kgsearch google:ideahub google:libraryagent "
    "tencent:lke tencent:lkeap tencent:hunyuan tencent:iai tencent:tokenhub tencent:facefusion tencent:faceid tencent:vclm tencent:tione tencent:asr tencent:ai3d tencent:tmt tencent:aiart tencent:tts tencent:ocr elevenlabs:*",
    "banking and payments": "google:walletobjects google:paymentsresellersubscription aws:payment-cryptography* aws:managedblockchain* google:blockchainnodeengine tencent:tbaas increase:* lithic:* modern-treasury:* stripe:*",
    "bills and bookkeeping": "aws:ce aws:cur aws:bcm-* aws:billing* aws:invoicing aws:freetier aws:taxsettings aws:budgets aws:savingsplans aws:pricing* aws:cost-* aws:applicationcostprofiler google:cloudbilling google:billingbudgets google:reseller google:cloudchannel "
    "tencent:billing tencent:intlpartnersmgt aws:partnercentral-revenue-measurement orb-billing:* conductor-py:* ynab:*",
    "computing": "aws:ec2* aws:lambda* aws:eks* aws:ecs aws:ecr* aws:batch aws:outposts aws:elasticbeanstalk aws:deadline aws:pcs aws:evs aws:m2 aws:launch-wizard aws:workspaces* aws:appstream aws:apprunner aws:lightsail aws:autoscaling* aws:application-autoscaling "
    "aws:compute-optimizer* aws:imagebuilder aws:wellarchitected aws:serverlessrepo aws:snow-device-management google:compute google:run google:gke* google:container google:vmwareengine google:baremetalsolution google:appengine google:cloudfunctions google:tpu google:batch "
    "google:hypercomputecluster google:osconfig google:cloudshell google:workstations tencent:cvm tencent:lighthouse tencent:ecm tencent:scf tencent:tke tencent:tcr tencent:tem tencent:vm tencent:batch tencent:tat tencent:cdc tencent:autoscaling tencent:trro tencent:mdc "
    "tencent:car tencent:edgezone tencent:cdz",
    "customers and sales": "aws:connect* aws:customer-profiles aws:qconnect aws:wisdom aws:partnercentral* aws:marketplace* aws:meteringmarketplace aws:repostspace aws:support* aws:appfabric google:contactcenter* google:mybusiness* google:businessprofile* google:cloudsupport google:cloudcommerceprocurement "
    "tencent:ccc hubspot-api-client:*",
    "data and analytics": "aws:datazone aws:datapipeline aws:quicksight aws:entityresolution aws:dataexchange aws:cleanrooms* aws:glue aws:databrew aws:lakeformation aws:emr* aws:kinesis aws:kinesisanalytics* aws:redshift* aws:athena aws:firehose aws:appflow aws:opensearch* aws:osis aws:es aws:cloudsearch* "
    "google:analytics* google:bigquery google:bigqueryconnection google:bigquerydatapolicy google:bigqueryreservation google:bigquerydatatransfer google:dataplex google:dataproc google:dataflow google:datapipelines google:dataform google:datafusion google:datastream google:datalineage "
    "google:datacatalog google:biglake google:composer google:looker google:metastore google:cloudsearch google:tagmanager google:searchconsole google:webmasters google:chromeuxreport tencent:wedata tencent:dlc tencent:emr tencent:bi tencent:cdwdoris tencent:cdwpg "
    "tencent:databuddy tencent:es tencent:dataintegration tencent:ctsdb aws:forecast*",
    "databases": "aws:rds* aws:dynamodb* aws:docdb* aws:neptune* aws:timestream* aws:keyspaces* aws:elasticache aws:memorydb aws:dax aws:dsql aws:sdb aws:simpledbv2 aws:odb aws:pi google:spanner google:sqladmin google:bigtableadmin google:datastore google:firestore google:redis google:memcache "
    "google:alloydb google:oracledatabase google:databasecenter google:firebasedatabase google:firebasedataconnect tencent:cdb tencent:cynosdb tencent:sqlserver tencent:dcdb tencent:tdmysql tencent:tcaplusdb tencent:dbbrain tencent:postgres tencent:redis tencent:mongodb tencent:mariadb",
    "developer tools": "google:apigee* google:apihub google:apim google:androidpublisher google:play* google:firebase google:firebase[acdrhs]* google:tool* google:testing google:cloudbuild google:clouddeploy google:securesourcemanager google:sourcerepo google:artifactregistry google:containeranalysis google:ondemandscanning "
    "google:clouddebugger google:cloudprofiler google:developer* google:script google:serviceusage google:servicemanagement google:serviceconsumermanagement google:servicecontrol google:discovery google:chromewebstore google:connectors google:integrations google:versionhistory google:android*status "
    "google:digitalassetlinks google:deepreview google:devicerun google:remotebuildexecution google:apikeys google:webfonts google:poly aws:code* aws:amplify* aws:cloudformation aws:cloudcontrol aws:cloud9 aws:devicefarm aws:apigateway* aws:appsync aws:appconfig* aws:schemas aws:devops-* aws:artifact "
    "aws:servicecatalog* aws:synthetics aws:appintegrations aws:b2bi tencent:tcmpp tencent:apigateway tencent:pts launchdarkly-api:*",
    "documents and files": "google:drive* google:docs google:sheets google:slides google:forms google:contentwarehouse google:area120tables google:dataportability aws:workdocs tencent:smh tencent:tiw",
    "events and workflows": "aws:events aws:eventbridge* aws:pipes aws:scheduler aws:sqs aws:sns aws:swf aws:stepfunctions aws:mq aws:kafka* aws:mwaa* google:pubsub* google:managedkafka google:eventarc google:workflow* google:cloudscheduler google:cloudtasks tencent:tdmq tencent:ckafka tencent:trocket tencent:trabbit "
    "tencent:mqtt tencent:cmq tencent:eb tencent:tse",
    "games": "aws:gamelift* google:games* tencent:gse tencent:gme tencent:gpm google:playablelocations",
    "health": "google:healthcare google:health google:fitness google:lifesciences aws:comprehendmedical aws:healthlake aws:medical-imaging aws:connecthealth aws:omics tencent:omics candidhealth:*",
    "homes and devices": "aws:iot* aws:greengrass* google:androiddeviceprovisioning google:androidmanagement google:androidenterprise google:smartdevicemanagement google:homegraph google:cloudiot google:chromemanagement google:chromepolicy google:prod_tt_sasportal tencent:iotcloud tencent:iss seam:*",
    "identity and sign-in": "aws:iam* aws:cognito* aws:ds aws:ds-data aws:sso* aws:sts aws:signin aws:identitystore aws:verifiedpermissions aws:rolesanywhere aws:account* aws:ram aws:mpa aws:clouddirectory aws:accessanalyzer aws:eks-auth aws:license-manager* aws:uxc google:admin.* google:cloudidentity google:iam* google:iap "
    "google:oauth2 google:sts google:oslogin google:managedidentities google:identitytoolkit google:agentidentity* google:access* google:policy* google:groups* google:licensing google:people google:beyondcorp tencent:cam tencent:tdid tencent:eiam tencent:ciam tencent:sts",
    "learning": "google:classroom tencent:lcic canvasapi:*",
    "logistics": "aws:supplychain shippo:*",
    "messages and calls": "aws:ses* aws:mailmanager aws:workmail* aws:chime* aws:pinpoint-* aws:socialmessaging aws:endusermessaging aws:wickr aws:notifications* aws:chatbot google:gmail* google:chat google:meet google:fcm* google:groupsmigration google:cloudnumberregistry google:advisorynotifications tencent:ses tencent:sms "
    "tencent:trtc tencent:message tencent:ims tencent:tms slack_sdk:* twilio:* trycourier:* hubspot-api-client:conversations knockapi:*",
    "migration and backup": "aws:dms aws:drs aws:mgn aws:mgh aws:migration* aws:backup* aws:datasync aws:discovery aws:snowball aws:importexport aws:transfer aws:rbin aws:dlm aws:resiliencehub* aws:arc-* google:backupdr google:migrationcenter google:vmmigration google:datamigration google:storagetransfer "
    "google:rapidmigrationassessment google:gkebackup google:admin.datatransfer google:ftp tencent:dts tencent:msp",
    "networking": "aws:route53* aws:vpc* aws:cloudfront* aws:elb* aws:directconnect aws:globalaccelerator aws:networkmanager aws:appmesh aws:servicediscovery aws:interconnect aws:networkflowmonitor aws:networkmonitor aws:internetmonitor google:network[cms]* google:networkservices google:networkmanagement google:dns "
    "google:domains* google:trafficdirector google:vpcaccess google:servicenetworking google:servicedirectory google:acmedns google:apigateway tencent:vpc tencent:teo tencent:gaap tencent:alb tencent:clb tencent:gwlb tencent:ga2 tencent:cdn tencent:ecdn tencent:dnspod tencent:privatedns tencent:domain tencent:dc tencent:ip "
    "tencent:mna",
    "operations": "aws:ssm* aws:logs aws:cloudwatch* aws:cloudtrail* aws:config aws:organizations aws:auditmanager aws:health aws:fis aws:grafana aws:amp aws:oam aws:rum aws:xray aws:application-* aws:controltower aws:controlcatalog aws:resource-* aws:resourcegroupstaggingapi aws:service-quotas aws:trustedadvisor aws:observability* "
    "aws:aiops aws:migrationhub-config aws:sustainability aws:continuum google:logging google:monitoring google:cloudtrace google:clouderrorreporting google:observability google:cloudasset google:cloudresourcemanager google:orgpolicy google:config google:deploymentmanager google:apphub google:auditmanager google:assuredworkloads "
    "google:workloadmanager google:essentialcontacts google:saasservicemgmt google:parametermanager google:cloudcontrolspartner google:cloudlocationfinder google:cloudproductregistry tencent:cls tencent:monitor tencent:rum tencent:apm tencent:config tencent:organization tencent:tag tencent:cloudaudit tencent:cfg tencent:quota "
    "tencent:controlcenter tencent:advisor tencent:region tencent:tchd",
    "people and pay": "google:jobs finch-api:*",
    "projects and calendars": "google:calendar google:tasks google:keep google:workspaceevents google:appsmarket asana:* nylas:*",
    "science": "aws:braket aws:groundstation google:airquality google:pollen google:solar aws:sagemaker-geospatial phoebe_bird:*",
    "security": "aws:guardduty aws:inspector* aws:macie* aws:detective aws:security* aws:shield aws:waf* aws:fms aws:network-* aws:acm* aws:kms aws:cloudhsm* aws:secretsmanager aws:signer* aws:pca-* google:securitycenter google:securityposture google:networksecurity google:dlp google:cloudkms google:kmsinventory google:privateca "
    "google:publicca google:certificatemanager google:secretmanager google:binaryauthorization google:recaptchaenterprise google:webrisk google:safebrowsing google:websecurityscanner google:threatintelligence google:alertcenter google:ids google:vault google:verifiedaccess tencent:csip tencent:cwp tencent:tcss tencent:tcsas tencent:waf tencent:dayu "
    "tencent:cfw tencent:yunjing tencent:kms tencent:ssm tencent:ssl tencent:captcha tencent:antiddos tencent:rce tencent:iap",
    "shops": "google:content google:merchantapi.* google:retail google:manufacturers google:css squareup:* terminal-shop:*",
    "storage": "aws:s3* aws:ebs aws:efs aws:fsx aws:glacier aws:storagegateway google:storage google:storagebatchoperations google:firebasestorage google:file google:netapp google:parallelstore tencent:cbs tencent:cfs tencent:chdfs",
    "travel and maps": "aws:location aws:geo-* google:places google:travelimpactmodel google:addressvalidation google:areainsights google:streetviewpublish google:vectortile google:mybusinesslodging google:mybusinessplaceactions onebusaway:*",
    "video, music and books": "aws:media* aws:ivs* aws:kinesis-video-* aws:kinesisvideo google:youtube* google:books google:transcoder tencent:mps tencent:live tencent:vod tencent:mdp tencent:mdl tencent:dms mux_python:* spotted:*",
    "web sites": "google:blogger google:siteVerification google:indexing google:customsearch google:pagespeedonline google:acceleratedmobilepageurl google:webcontentpublisher google:readerrevenuesubscriptionlinking google:civicinfo google:factchecktools google:checks google:agenciesandbrands webflow:* hubspot-api-client:cms",
}  # fmt: skip
"""Field -> services of the default pool that are about it, vendor:service; * and [abc] stand for letters. The first that fits decides."""
BROAD: Final = ("stripe:*", "squareup:*", "conductor-py:*", "nylas:*")
"""Services that are about many things: there a thing's own name comes first."""
_PLAIN: Final = frozenset("aws amazon google cloud tencent api service manager management platform admin the for and of system sdk client v1 v2 v3 python py".split())
_WORDS: Final = {name: frozenset(words.split()) for name, words in FIELDS.items()}
OTHER: Final = "other"


def field_of(tool: Tool) -> str:
    """The field of life of one tool."""
    return _field(tool.source.group, tool.source.title, thing_of(tool.source, tool.name))


def thing_of(source: Source, name: str) -> tuple[str, ...]:
    """The words of what a tool acts on."""
    said = analyse(source, name)
    return tuple(dict.fromkeys((*said.noun, *said.tail)))


def with_field(tool: Tool) -> Tool:
    return tool.model_copy(update={"field": field_of(tool)})


def majority(fields: Iterable[str]) -> str:
    """The most frequent field; alphabetical on ties, and 'other' only where there is no other."""
    count = Counter(fields)
    known = {f: n for f, n in count.items() if f != OTHER}
    return min(known or count, key=lambda f: (-count[f], f)) if count else OTHER


@lru_cache(200_000)
def _field(group: str, title: str, thing: tuple[str, ...]) -> str:
    own = _best({f: float(sum(w in words for w in thing[-2:])) for f, words in _WORDS.items()}) if thing else ""
    listed = _listed(group)
    if listed:
        return own if own and any(fnmatchcase(group, b) for b in BROAD) and own in EVERYDAY else listed
    said = [w for w in dict.fromkeys(singular(w) for w in split(f"{group.partition(':')[2]} {title}")) if w not in _PLAIN]
    points = {f: 2.0 * sum(w in words for w in said) + sum(w in words for w in thing) for f, words in _WORDS.items()}
    return _best(points) or OTHER


def _best(points: dict[str, float]) -> str:
    """The field with most points; '' where none has any."""
    most = max(points.values())
    return min(f for f, p in points.items() if p == most) if most else ""


@lru_cache(10_000)
def _listed(group: str) -> str:
    """The field that SERVICES gives a service; one that is named in full comes before patterns."""
    return next((f for f, names in SERVICES.items() if group in names.split()), "") or next((f for f, names in SERVICES.items() if any(fnmatchcase(group, p) for p in names.split())), "")


EVERYDAY: Final = frozenset(FIELDS) - frozenset(
    ("computing", "databases", "networking", "security", "operations", "storage", "migration and backup", "events and workflows", "developer tools", "data and analytics", "identity and sign-in", "artificial intelligence", "games", "web sites", "documents and files", "science")
)  # fmt: skip
"""Fields of a person's day, outside machines: those that things of a broad service may belong to."""
