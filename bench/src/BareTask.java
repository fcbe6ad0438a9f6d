import com.acme.flights.FlightParser;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The bare loop in Java: one file a line of standard input, the number of its records as the answer. */
public class BareTask {
    private static final int READ_BYTES = 256 * 1024;
    private static final String UNSIGNED_BODY = "UNSIGNED-PAYLOAD";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

    private final String endpoint;
    private final String accessKeyId;
    private final String secretAccessKey;

    private BareTask(String endpoint, String accessKeyId, String secretAccessKey) {
        this.endpoint = endpoint;
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader tasks = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = tasks.readLine(); line != null; line = tasks.readLine()) {
            String[] task = line.split("\t");
            System.out.println(new BareTask(task[0], task[4], task[5]).run(task[1], task[2], task[3]));
        }
    }

    private int run(String key, String source, String target) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        int records;
        try (InputStream plain = new GZIPInputStream(open("GET", source).getInputStream(), READ_BYTES);
                OutputStream pack = new GZIPOutputStream(packed, READ_BYTES)) {
            records = transform(plain, key, pack);
        }
        HttpURLConnection put = open("PUT", target);
        put.setDoOutput(true);
        put.setFixedLengthStreamingMode(packed.size());
        packed.writeTo(put.getOutputStream());
        if (put.getResponseCode() != 200) throw new IOException("PUT " + target + " answered " + put.getResponseCode());
        put.getInputStream().readAllBytes();
        return records;
    }

    private static int transform(InputStream plain, String key, OutputStream pack) throws IOException {
        FlightParser parser = new FlightParser();
        byte[] bytes = new byte[2 * READ_BYTES];
        int held = 0;
        long offset = 0;
        int records = 0;
        StringBuilder lines = new StringBuilder();
        for (int read = plain.read(bytes); read >= 0; read = plain.read(bytes, held, bytes.length - held)) {
            held += read;
            int start = 0;
            for (int end = 0; end < held; end++) {
                if (bytes[end] != '\n') continue;
                records++;
                ParseDocumentResult result = parser.parseDocument("LOG", key, offset + start, bytes, start, end + 1);
                if (result.getStatus() == ParseDocumentResultStatus.SUCCESS) {
                    lines.append(result.getDocument().serialize()).append('\n');
                }
                start = end + 1;
            }
            pack.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            lines.setLength(0);
            System.arraycopy(bytes, start, bytes, 0, held - start);
            held -= start;
            offset += start;
            if (held == bytes.length) bytes = Arrays.copyOf(bytes, 2 * held);
        }
        return records;
    }

    private HttpURLConnection open(String method, String path) throws IOException, GeneralSecurityException {
        String stamp = ZonedDateTime.now(ZoneOffset.UTC).format(STAMP);
        String scope = stamp.substring(0, 8) + "/us-east-1/s3/aws4_request";
        String names = "host;x-amz-content-sha256;x-amz-date";
        String host = URI.create(endpoint).getAuthority();
        String headers = "host:" + host + "\nx-amz-content-sha256:" + UNSIGNED_BODY + "\nx-amz-date:" + stamp + "\n";
        String request = String.join("\n", method, path, "", headers, names, UNSIGNED_BODY);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(request.getBytes(StandardCharsets.UTF_8));
        byte[] key = ("AWS4" + secretAccessKey).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) key = hmac(key, part);
        String text = String.join("\n", "AWS4-HMAC-SHA256", stamp, scope, hex(digest));
        String signature = hex(hmac(key, text));
        HttpURLConnection connection = (HttpURLConnection) URI.create(endpoint + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setRequestProperty("x-amz-content-sha256", UNSIGNED_BODY);
        connection.setRequestProperty("x-amz-date", stamp);
        String credential = "AWS4-HMAC-SHA256 Credential=" + accessKeyId + "/" + scope;
        connection.setRequestProperty("Authorization", credential + ", SignedHeaders=" + names + ", Signature=" + signature);
        return connection;
    }

    private static String hex(byte[] digest) {
        return String.format("%064x", new BigInteger(1, digest));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
