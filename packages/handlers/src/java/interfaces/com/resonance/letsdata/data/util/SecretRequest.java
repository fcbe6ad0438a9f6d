package com.resonance.letsdata.data.util;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** GetSecretValue of Secrets Manager, signed by AWS Signature Version 4. */
final class SecretRequest {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
    private static final Pattern SECRET = Pattern.compile("\"SecretString\"\\s*:\\s*\"((?:[^\"\\\\]++|\\\\.)*+)\"");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");
    private static final int TIMEOUT_MILLISECONDS = 60_000;
    private final String region;
    private final Map<String, String> environment;

    SecretRequest(String region, Map<String, String> environment) {
        this.region = region;
        this.environment = environment;
    }

    String fetch(String secretArn) {
        String given = environment.get("AWS_ENDPOINT_URL");
        URI endpoint = URI.create(given == null ? "https://secretsmanager." + region + ".amazonaws.com" : given);
        byte[] body = ("{\"SecretId\":\"" + secretArn + "\"}").getBytes(StandardCharsets.UTF_8);
        try {
            HttpURLConnection connection = (HttpURLConnection) endpoint.resolve("/").toURL().openConnection();
            connection.setRequestMethod("POST");
            connection.setConnectTimeout(TIMEOUT_MILLISECONDS);
            connection.setReadTimeout(TIMEOUT_MILLISECONDS);
            connection.setDoOutput(true);
            for (Map.Entry<String, String> header : signed(endpoint, body).entrySet()) {
                // The connection sends the host itself, as it was signed.
                if (!header.getKey().equals("host")) connection.setRequestProperty(header.getKey(), header.getValue());
            }
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            int status = connection.getResponseCode();
            String answer = text(status < 400 ? connection.getInputStream() : connection.getErrorStream());
            Matcher found = SECRET.matcher(answer);
            if (status == 200 && found.find()) return unescaped(found.group(1));
            throw new RuntimeException("Secrets Manager refused " + secretArn + ": " + status + " " + answer);
        } catch (IOException | GeneralSecurityException failed) {
            throw new RuntimeException("Secrets Manager could not be asked for " + secretArn + ": " + failed, failed);
        }
    }

    private Map<String, String> signed(URI endpoint, byte[] body) throws GeneralSecurityException {
        String moment = ZonedDateTime.now(ZoneOffset.UTC).format(MOMENT);
        String day = moment.substring(0, 8);
        String digest = hex(MessageDigest.getInstance("SHA-256").digest(body));
        Map<String, String> headers = new TreeMap<>();
        headers.put("content-type", "application/x-amz-json-1.1");
        headers.put("host", endpoint.getAuthority());
        headers.put("x-amz-content-sha256", digest);
        headers.put("x-amz-date", moment);
        headers.put("x-amz-target", "secretsmanager.GetSecretValue");
        String token = environment.get("AWS_SESSION_TOKEN");
        if (token != null) headers.put("x-amz-security-token", token);
        StringBuilder lines = new StringBuilder();
        for (Map.Entry<String, String> header : headers.entrySet()) {
            lines.append(header.getKey()).append(':').append(header.getValue()).append('\n');
        }
        String names = String.join(";", headers.keySet());
        String canonical = "POST\n/\n\n" + lines + "\n" + names + "\n" + digest;
        String scope = day + "/" + region + "/secretsmanager/aws4_request";
        String hash = hex(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + environment.get("AWS_SECRET_ACCESS_KEY")).getBytes(StandardCharsets.UTF_8);
        for (String part : new String[] {day, region, "secretsmanager", "aws4_request"}) key = hmac(key, part);
        String signature = hex(hmac(key, "AWS4-HMAC-SHA256\n" + moment + "\n" + scope + "\n" + hash));
        String credential = environment.get("AWS_ACCESS_KEY_ID") + "/" + scope;
        headers.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=" + names + ", Signature=" + signature);
        return headers;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) text.append(String.format("%02x", each));
        return text.toString();
    }

    private static String text(InputStream in) throws IOException {
        if (in == null) return "";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) bytes.write(buffer, 0, count);
        return bytes.toString("UTF-8");
    }

    private static String unescaped(String json) {
        Matcher escape = ESCAPE.matcher(json);
        StringBuffer text = new StringBuffer();
        while (escape.find()) {
            String code = escape.group(1);
            String letter = code == null ? plain(escape.group(2).charAt(0)) : String.valueOf((char) Integer.parseInt(code, 16));
            escape.appendReplacement(text, Matcher.quoteReplacement(letter));
        }
        return escape.appendTail(text).toString();
    }

    private static String plain(char escaped) {
        int at = "bfnrt".indexOf(escaped);
        return String.valueOf(at < 0 ? escaped : "\b\f\n\r\t".charAt(at));
    }
}
