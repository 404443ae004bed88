{{/* What gateways and dedup need to reach Kafka. */}}
{{- define "tillgate.kafkaEnv" -}}
{{- with .Values.sasl }}
{{- if .mechanism }}
- name: KAFKA_SASL_MECHANISM
  value: {{ .mechanism }}
{{- if (eq .mechanism "oauthbearer") }}
- name: KAFKA_OAUTH_TOKEN_URL
  value: {{ .tokenUrl }}
- name: KAFKA_OAUTH_CLIENT_ID
  value: {{ .username | quote }}
- name: KAFKA_OAUTH_CLIENT_SECRET_FILE
  value: /etc/tillgate/kafka-login/{{ .passwordSecret.key }}
{{- with .scope }}
- name: KAFKA_OAUTH_SCOPE
  value: {{ . | quote }}
{{- end }}
{{- else }}
- name: KAFKA_SASL_USERNAME
  value: {{ .username | quote }}
- name: KAFKA_SASL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .passwordSecret.name }}
      key: {{ .passwordSecret.key }}
{{- end }}
{{- end }}
{{- end }}
{{- if .Values.kafkaTls.secret }}
- name: KAFKA_TLS_CA_FILE
  value: /etc/tillgate/kafka-tls/ca.crt
{{- if .Values.kafkaTls.hasCertificate }}
- name: KAFKA_TLS_CERT_FILE
  value: /etc/tillgate/kafka-tls/tls.crt
- name: KAFKA_TLS_KEY_FILE
  value: /etc/tillgate/kafka-tls/tls.key
{{- end }}
{{- end }}
{{- end -}}

{{- define "tillgate.hasKafkaFiles" -}}
{{- if or .Values.kafkaTls.secret (eq .Values.sasl.mechanism "oauthbearer") }}files{{ end -}}
{{- end -}}

{{- define "tillgate.kafkaMounts" -}}
{{- if .Values.kafkaTls.secret }}
- name: kafka-tls
  mountPath: /etc/tillgate/kafka-tls
  readOnly: true
{{- end }}
{{- if eq .Values.sasl.mechanism "oauthbearer" }}
- name: kafka-login
  mountPath: /etc/tillgate/kafka-login
  readOnly: true
{{- end }}
{{- end -}}

{{- define "tillgate.kafkaVolumes" -}}
{{- with .Values.kafkaTls.secret }}
- name: kafka-tls
  secret: { secretName: {{ . }} }
{{- end }}
{{- if eq .Values.sasl.mechanism "oauthbearer" }}
- name: kafka-login
  secret: { secretName: {{ .Values.sasl.passwordSecret.name }} }
{{- end }}
{{- end -}}

{{/* What a network policy has to let out: names, the brokers, and the token server of the login. */}}
{{- define "tillgate.kafkaEgress" -}}
{{- $ports := .Values.networkPolicy.kafkaPorts -}}
{{- if not $ports -}}
{{- range splitList "," .Values.config.KAFKA_BROKERS -}}
{{- $ports = append $ports (splitList ":" . | last | trim | int) | uniq -}}
{{- end -}}
{{- end -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
- ports:
    {{- range $ports }}
    - port: {{ int . }}
    {{- end }}
  {{- with .Values.networkPolicy.kafkaTo }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{ include "tillgate.egressTo" (dict "url" .Values.sasl.tokenUrl "to" .Values.networkPolicy.tokensTo) }}
{{- end -}}

{{/* The port of a URL, if there is one. */}}
{{- define "tillgate.egressTo" -}}
{{- $to := .to -}}
{{- with .url -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
- ports:
    - port: {{ int $port }}
  {{- with $to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
