{{- define "mockrevio.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of all objects: the release's, with the chart's unless it contains that already. */}}
{{- define "mockrevio.fullname" -}}
{{- $name := include "mockrevio.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mockrevio.selectorLabels" -}}
app.kubernetes.io/name: {{ include "mockrevio.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "mockrevio.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "mockrevio.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "mockrevio.image" -}}
{{- if .Values.image.digest -}}
{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{/* Whether the server speaks HTTPS, which probes have to know. */}}
{{- define "mockrevio.scheme" -}}
{{- $settings := .Values.settings -}}
{{- ternary "HTTPS" "HTTP" (or (eq (toString $settings.tls) "auto") (not (empty $settings.tls_cert))) -}}
{{- end -}}

{{/* The names that the Service has in the cluster, and those of the Ingress: a JSON list. */}}
{{- define "mockrevio.hosts" -}}
{{- $name := include "mockrevio.fullname" . -}}
{{- $qualified := printf "%s.%s" $name .Release.Namespace -}}
{{- $hosts := list $name $qualified (printf "%s.svc" $qualified) (printf "%s.svc.%s" $qualified .Values.clusterDomain) -}}
{{- if .Values.ingress.enabled -}}
{{- $hosts = concat $hosts .Values.ingress.hosts -}}
{{- end -}}
{{- concat $hosts (.Values.settings.allow_host | default list) | uniq | toJson -}}
{{- end -}}

{{/* The settings file. JSON's text, numbers, booleans and lists of text are TOML's as well. */}}
{{- define "mockrevio.settings" -}}
{{- $fixtures := list "default" -}}
{{- range $file, $_ := .Values.fixtures -}}
{{- $fixtures = append $fixtures (printf "/etc/mockrevio/%s" $file) -}}
{{- end -}}
allow_host = {{ include "mockrevio.hosts" . }}
fixture = {{ .Values.settings.fixture | default $fixtures | toJson }}
{{- range $setting, $value := omit .Values.settings "allow_host" "fixture" }}
{{- if not (kindIs "invalid" $value) }}
{{ $setting }} = {{ $value | toJson }}
{{- end }}
{{- end }}
{{ end -}}

{{/* The secret settings by variable, as YAML; nothing if there are none. */}}
{{- define "mockrevio.secrets" -}}
{{- $secrets := .Values.secrets -}}
{{- with $secrets.adminToken }}
MOCKREVIO_ADMIN_TOKEN: {{ . | quote }}
{{- end }}
{{- with $secrets.credentials }}
MOCKREVIO_CREDENTIALS: {{ join " " . | quote }}
{{- end }}
{{- with $secrets.subscriptionKeys }}
MOCKREVIO_SUBSCRIPTION_KEY: {{ join " " . | quote }}
{{- end }}
{{- end -}}

{{- define "mockrevio.secretName" -}}
{{- if .Values.secrets.existing -}}
{{- if include "mockrevio.secrets" . -}}
{{- fail "secrets.existing names a Secret, so secrets.adminToken, credentials and subscriptionKeys must be empty" -}}
{{- end -}}
{{ .Values.secrets.existing }}
{{- else if include "mockrevio.secrets" . -}}
{{ include "mockrevio.fullname" . }}
{{- end -}}
{{- end -}}
