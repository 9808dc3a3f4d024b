"""Providers with an address per customer, or with other credentials than a key.

The rows were derived from the source of the installed LiteLLM, as in `provider_table`.
"""

from __future__ import annotations

from workbench.core.provider import Provider, ProviderPackage, ProviderSetting, row

_AWS = (
    ProviderSetting("aws_access_key_id", "Access key ID", ("AWS_ACCESS_KEY_ID",), secret=True),
    ProviderSetting("aws_secret_access_key", "Secret access key", ("AWS_SECRET_ACCESS_KEY",), secret=True),
    ProviderSetting("aws_session_token", "Session token", ("AWS_SESSION_TOKEN",), secret=True),
    ProviderSetting(
        "aws_region_name",
        "Region",
        ("AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"),
        hint="us-east-1",
        by_environment=True,
        kind="region",
    ),
    ProviderSetting(
        "aws_profile_name",
        "Profile",
        ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_PROFILE_NAME"),
        by_environment=True,
        kind="sign_in",
    ),
    ProviderSetting(
        "aws_role_name", "Role to assume", ("AWS_ROLE_NAME",), hint="arn:aws:iam::…:role/…", kind="sign_in"
    ),
    ProviderSetting("", "Role of this machine", ("AWS_ROLE_ARN",), by_environment=True),
    ProviderSetting("aws_session_name", "Session name", ("AWS_SESSION_NAME",), kind="sign_in"),
    ProviderSetting("aws_web_identity_token", "Web identity token", ("AWS_WEB_IDENTITY_TOKEN",), secret=True),
    ProviderSetting("", "Configuration file", ("AWS_CONFIG_FILE",), by_environment=True),
    ProviderSetting("", "Credentials file", ("AWS_SHARED_CREDENTIALS_FILE",), by_environment=True),
    ProviderSetting("", "Web identity token file", ("AWS_WEB_IDENTITY_TOKEN_FILE",), by_environment=True),
    ProviderSetting("", "Skip the machine's metadata service", ("AWS_EC2_METADATA_DISABLED",), by_environment=True),
)
_AZURE_SIGN_IN = (
    ProviderSetting("azure_ad_token", "Entra ID token", ("AZURE_AD_TOKEN",), secret=True),
    ProviderSetting("tenant_id", "Tenant ID", ("AZURE_TENANT_ID",), kind="sign_in"),
    ProviderSetting("client_id", "Client ID", ("AZURE_CLIENT_ID",), kind="sign_in"),
    ProviderSetting("client_secret", "Client secret", ("AZURE_CLIENT_SECRET",), secret=True),
    ProviderSetting("azure_username", "User name", ("AZURE_USERNAME",), kind="sign_in"),
    ProviderSetting("azure_password", "Password", ("AZURE_PASSWORD",), secret=True),
    ProviderSetting("azure_scope", "Scope", ("AZURE_SCOPE",), kind="sign_in"),
)
_AZURE = (
    ProviderSetting("api_version", "API version", ("AZURE_API_VERSION",), hint="2024-10-21", kind="region"),
    *_AZURE_SIGN_IN,
)
_VERTEX = (
    ProviderSetting("vertex_project", "Project", ("VERTEXAI_PROJECT", "VERTEX_PROJECT"), kind="account"),
    ProviderSetting(
        "vertex_location", "Region", ("VERTEXAI_LOCATION", "VERTEX_LOCATION"), hint="us-central1", kind="region"
    ),
    ProviderSetting(
        "vertex_credentials",
        "Service account",
        ("VERTEXAI_CREDENTIALS", "VERTEX_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"),
        secret=True,
        hint="The path of its JSON file, or the JSON itself",
        usual_variable="GOOGLE_APPLICATION_CREDENTIALS",
    ),
    ProviderSetting("", "gcloud configuration", ("CLOUDSDK_CONFIG",), by_environment=True),
    ProviderSetting("", "Skip the machine's metadata service", ("NO_GCE_CHECK",), by_environment=True),
)
_BEDROCK_HOSTS = tuple(
    f"{service}.*.{suffix}"
    for service in ("bedrock-runtime", "bedrock-agent-runtime", "bedrock-agentcore")
    for suffix in ("amazonaws.com", "amazonaws.com.cn")
)
_VERTEX_HOSTS = ("aiplatform.googleapis.com", "*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com")
_GOOGLE_AUTH = (ProviderPackage("google.auth", "google-auth", "signs in to Google Cloud", extra="vertex"),)
_WATSONX = (
    ProviderSetting("project_id", "Project ID", ("WATSONX_PROJECT_ID", "WX_PROJECT_ID"), kind="account"),
    ProviderSetting(
        "space_id", "Space ID", ("WATSONX_DEPLOYMENT_SPACE_ID", "WATSONX_SPACE_ID", "WX_SPACE_ID"), kind="account"
    ),
    ProviderSetting("token", "IAM token", ("WATSONX_TOKEN",), secret=True),
    ProviderSetting("zen_api_key", "Zen API key", ("WATSONX_ZENAPIKEY",), secret=True),
)
_WATSONX_KEYS = "WATSONX_APIKEY WATSONX_API_KEY WX_API_KEY"
_WATSONX_ADDRESSES = "WATSONX_API_BASE WATSONX_URL WX_URL WML_URL"
_OCI = (
    ProviderSetting("oci_user", "User OCID", ("OCI_USER",), required=True, hint="ocid1.user.oc1…", kind="sign_in"),
    ProviderSetting("oci_fingerprint", "Key fingerprint", ("OCI_FINGERPRINT",), required=True, kind="sign_in"),
    ProviderSetting(
        "oci_tenancy", "Tenancy OCID", ("OCI_TENANCY",), required=True, hint="ocid1.tenancy.oc1…", kind="sign_in"
    ),
    ProviderSetting("oci_region", "Region", ("OCI_REGION",), hint="us-ashburn-1", kind="region"),
    ProviderSetting("oci_compartment_id", "Compartment OCID", ("OCI_COMPARTMENT_ID",), required=True, kind="account"),
    ProviderSetting("oci_key", "Private key (PEM)", ("OCI_KEY",), secret=True),
    ProviderSetting("oci_key_file", "Private key file", ("OCI_KEY_FILE",), kind="sign_in"),
)
_SAP = tuple(
    ProviderSetting("", label, (variable,), by_environment=True)
    for label, variable in (("Profile", "AICORE_PROFILE"), ("Folder", "AICORE_HOME"), ("File", "AICORE_CONFIG"))
)

# Providers with an address per customer, or with credentials of several parts.
_OWN_ADDRESS = (
    row(
        "azure",
        "Azure OpenAI",
        "AZURE_API_KEY AZURE_OPENAI_API_KEY",
        "AZURE_API_BASE",
        needs_address=True,
        address_hint="https://NAME.openai.azure.com",
        settings=_AZURE,
        model_hint="Use the name of a deployment as the model.",
    ),
    row(
        "azure_text",
        "Azure OpenAI",
        "AZURE_API_KEY AZURE_OPENAI_API_KEY",
        "AZURE_API_BASE",
        needs_address=True,
        address_hint="https://NAME.openai.azure.com",
        settings=_AZURE,
        doc="azure",
    ),
    row(
        "azure_ai",
        "Azure AI Foundry",
        "AZURE_AI_API_KEY",
        "AZURE_AI_API_BASE",
        needs_address=True,
        address_hint="https://NAME.services.ai.azure.com",
        settings=(
            ProviderSetting("api_version", "API version", ("AZURE_AI_API_VERSION",), kind="region"),
            *_AZURE_SIGN_IN,
        ),
        caches_where_told=True,
        model_hint="Use the name of a deployment as the model.",
    ),
    # AWS finds credentials in many places; the bearer token is only one of them.
    row(
        "bedrock",
        "Amazon Bedrock",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_BEDROCK_RUNTIME_ENDPOINT",
        needs_key=False,
        settings=_AWS,
        signs_in=True,
        key_hosts=_BEDROCK_HOSTS,
        caches_where_told=True,
        json_by_tool=True,
    ),
    row(
        "bedrock_mantle",
        "Amazon Bedrock Mantle",
        "BEDROCK_MANTLE_API_KEY AWS_BEARER_TOKEN_BEDROCK",
        "BEDROCK_MANTLE_API_BASE",
        needs_key=False,
        settings=(
            ProviderSetting(
                "aws_region_name", "Region", ("BEDROCK_MANTLE_REGION",), by_environment=True, kind="region"
            ),
            *(one for one in _AWS if one.name != "aws_region_name"),
        ),
        signs_in=True,
        key_hosts=("bedrock-mantle.*.api.aws",),
        doc="bedrock",
    ),
    *(
        row(
            id_,
            "Amazon SageMaker",
            "",
            "",
            takes_key=False,
            needs_key=False,
            settings=_AWS,
            signs_in=True,
            key_hosts=("runtime.sagemaker.*.amazonaws.com", "runtime.sagemaker.*.amazonaws.com.cn"),
            doc="aws_sagemaker",
        )
        for id_ in ("sagemaker", "sagemaker_chat", "sagemaker_nova")
    ),
    row(
        "vertex_ai",
        "Google Vertex AI",
        "",
        "VERTEXAI_API_BASE VERTEX_API_BASE",
        takes_key=False,
        needs_key=False,
        settings=_VERTEX,
        packages=_GOOGLE_AUTH,
        signs_in=True,
        key_hosts=_VERTEX_HOSTS,
        caches_where_told=True,
        json_by_tool=True,
        doc="vertex",
    ),
    row(
        "vertex_ai_beta",
        "Google Vertex AI",
        "",
        "VERTEXAI_API_BASE VERTEX_API_BASE",
        takes_key=False,
        needs_key=False,
        settings=_VERTEX,
        packages=_GOOGLE_AUTH,
        signs_in=True,
        key_hosts=_VERTEX_HOSTS,
        doc="vertex",
    ),
    row(
        "databricks",
        "Databricks",
        "DATABRICKS_API_KEY",
        "DATABRICKS_API_BASE DATABRICKS_HOST",
        needs_key=False,
        needs_address=True,
        address_hint="https://NAME.cloud.databricks.com/serving-endpoints",
        signs_in=True,
        caches_where_told=True,
        settings=(
            ProviderSetting("databricks_client_id", "Client ID", ("DATABRICKS_CLIENT_ID",), kind="sign_in"),
            ProviderSetting("databricks_client_secret", "Client secret", ("DATABRICKS_CLIENT_SECRET",), secret=True),
        ),
    ),
    row(
        "snowflake",
        "Snowflake Cortex",
        "SNOWFLAKE_JWT",
        "SNOWFLAKE_API_BASE",
        address_hint="https://ACCOUNT.snowflakecomputing.com/api/v2",
        settings=(
            ProviderSetting("account_id", "Account ID", ("SNOWFLAKE_ACCOUNT_ID",), required=True, kind="account"),
        ),
        key_hosts=("{account_id}.snowflakecomputing.com",),
    ),
    row(
        "watsonx",
        "IBM watsonx.ai",
        _WATSONX_KEYS,
        _WATSONX_ADDRESSES,
        needs_key=False,
        needs_address=True,
        address_hint="https://us-south.ml.cloud.ibm.com",
        settings=_WATSONX,
        key_hosts=("iam.cloud.ibm.com",),
    ),
    row(
        "watsonx_text",
        "IBM watsonx.ai",
        _WATSONX_KEYS,
        _WATSONX_ADDRESSES,
        needs_key=False,
        needs_address=True,
        address_hint="https://us-south.ml.cloud.ibm.com",
        settings=_WATSONX,
        key_hosts=("iam.cloud.ibm.com",),
        doc="watsonx",
    ),
    row(
        "oci",
        "Oracle Cloud",
        "",
        "",
        takes_key=False,
        needs_key=False,
        settings=_OCI,
        key_hosts=("inference.generativeai.*.oci.oraclecloud.com",),
    ),
    row(
        "sap",
        "SAP AI Core",
        "AICORE_SERVICE_KEY",
        "AICORE_BASE_URL",
        needs_key=False,
        settings=_SAP,
        signs_in=True,
        key_hosts=("api.ai.*.*.*.ml.hana.ondemand.com",),
    ),
    row(
        "heroku",
        "Heroku",
        "HEROKU_API_KEY",
        "HEROKU_API_BASE",
        needs_address=True,
        address_hint="https://us.inference.heroku.com",
    ),
    row(
        "gdc",
        "Google Distributed Cloud",
        "GDC_API_KEY",
        "GDC_API_BASE",
        needs_address=True,
        packages=_GOOGLE_AUTH,
        signs_in=True,
    ),
)

# LiteLLM signs in to these itself and stores the token in a file; the login needs a terminal, which a lane lacks.
_SIGNED_IN = (
    row(
        "github_copilot",
        "GitHub Copilot",
        "",
        "GITHUB_COPILOT_API_BASE",
        "https://api.githubcopilot.com",
        takes_key=False,
        needs_key=False,
        token_file="github_copilot/access-token",
        key_hosts=("api.github.com", "api.*.githubcopilot.com"),
        signs_in=True,
    ),
    row(
        "chatgpt",
        "ChatGPT subscription",
        "",
        "CHATGPT_API_BASE OPENAI_CHATGPT_API_BASE",
        "https://chatgpt.com/backend-api/codex",
        takes_key=False,
        needs_key=False,
        token_file="chatgpt/auth.json",
        key_hosts=("auth.openai.com",),
        signs_in=True,
    ),
    row("microsoft_365_copilot", "Microsoft 365 Copilot", "", "", "https://graph.microsoft.com"),
)

PRIVATE_ROWS: tuple[Provider, ...] = (*_OWN_ADDRESS, *_SIGNED_IN)
