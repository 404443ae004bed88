{{- define "tillgate.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "tillgate.selector" -}}
app.kubernetes.io/name: tillgate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tillgate.dedupSelector" -}}
app.kubernetes.io/name: tillgate-dedup
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tillgate.dedupLabels" -}}
{{ include "tillgate.dedupSelector" . }}
{{ include "tillgate.releaseLabels" . }}
{{- end -}}

{{- define "tillgate.labels" -}}
{{ include "tillgate.selector" . }}
{{ include "tillgate.releaseLabels" . }}
{{- end -}}

{{- define "tillgate.releaseLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Numbers of values are floats; 268435456 must not become 2.68435456e+08. */}}
{{- define "tillgate.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{/* preStop, then SHUTDOWN_TIMEOUT_MS (DRAIN_DELAY_MS is part of it), then 2 s in which the gateway ends itself whatever
hangs, and 3 s to spare. Only then may the kubelet kill it. */}}
{{- define "tillgate.terminationGracePeriodSeconds" -}}
{{- $config := .Values.config -}}
{{- if ge (add (int $config.DRAIN_DELAY_MS) 1000) (int64 $config.SHUTDOWN_TIMEOUT_MS) -}}
{{- fail "config.DRAIN_DELAY_MS must be less than config.SHUTDOWN_TIMEOUT_MS minus 1000" -}}
{{- end -}}
{{- add .Values.preStopSeconds (div (add (int $config.SHUTDOWN_TIMEOUT_MS) 999) 1000) 5 -}}
{{- end -}}

{{/* What dedup remembers: with it, a gateway answers repeats of what other gateways stored. */}}
{{- define "tillgate.journalsTopic" -}}
{{- $config := .Values.config -}}
{{- if $config.JOURNALS_TOPIC -}}
{{- $config.JOURNALS_TOPIC -}}
{{- else if .Values.dedup.enabled -}}
{{- $config.KAFKA_TOPIC }}.journals
{{- end -}}
{{- end -}}

{{/* Fails unless the public keys of tokens come from one place, or nobody needs tokens. */}}
{{- define "tillgate.keysFrom" -}}
{{- $jwks := .Values.auth.jwks -}}
{{- $config := .Values.config -}}
{{- $places := list $jwks.configMap $jwks.secret $config.AUTH_JWKS_FILE $config.AUTH_JWKS_URL | compact -}}
{{- $certificates := or .Values.tls.clients $config.AUTH_CERTIFICATES_FILE -}}
{{- if and (eq (len $places) 0) (not $certificates) (ne ($config.AUTH | default "required") "off") -}}
{{- fail "tills need tokens: set auth.jwks.configMap, auth.jwks.secret or config.AUTH_JWKS_URL; config.AUTH=off takes invoices from everybody" -}}
{{- end -}}
{{- if gt (len $places) 1 -}}
{{- fail "set one of auth.jwks.configMap, auth.jwks.secret, config.AUTH_JWKS_FILE and config.AUTH_JWKS_URL" -}}
{{- end -}}
{{- if or $jwks.configMap $jwks.secret }}files{{ end -}}
{{- end -}}

{{/* What src/config-memory.ts says that the process needs, with its defaults where nothing is set: 400 MiB, its connections (20 KiB
each), its buffer, what it remembers of stored invoices and of journals (with JOURNALS_TOPIC), its tokens (512 bytes each)
and, with a compression, a batch for each partition. docs/deploy.md has the same. A limit that is given counts instead. */}}
{{- define "tillgate.resources" -}}
{{- $config := .Values.config -}}
{{- $bufferBytes := int64 ($config.BUFFER_MEMORY_BYTES | default 268435456) -}}
{{- $connectionBytes := mul (int64 ($config.MAX_CONNECTIONS | default 20000)) 20480 -}}
{{- $tokens := ternary 0 (int64 ($config.AUTH_MAX_TOKENS | default 100000)) (eq ($config.AUTH | default "required") "off") -}}
{{- $replay := $config.REPLAY_MEMORY_BYTES -}}
{{- $replayBytes := ternary 67108864 (int64 $replay) (kindIs "invalid" $replay) -}}
{{- $journalsBytes := ternary (int64 ($config.JOURNALS_MEMORY_BYTES | default 268435456)) 0 (not (empty (include "tillgate.journalsTopic" .))) -}}
{{- $batchesBytes := min $bufferBytes (mul (int64 $config.KAFKA_PARTITIONS) (int64 ($config.MAX_BATCH_BYTES | default 900000))) -}}
{{- $compressedBytes := ternary 0 $batchesBytes (eq ($config.KAFKA_COMPRESSION | default "none") "none") -}}
{{- $bytes := add 419430400 $connectionBytes $bufferBytes $replayBytes $journalsBytes (mul $tokens 512) $compressedBytes -}}
{{- $mebibytes := div (add $bytes 1048575) 1048576 -}}
{{- $default := dict "limits" (dict "memory" (printf "%dMi" $mebibytes)) -}}
{{- toYaml (mergeOverwrite $default (.Values.resources | default dict)) -}}
{{- end -}}
