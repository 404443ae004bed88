import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Java's own idempotent producer with its defaults, for comparison: one record in flight for each partition, the next
 * after its acknowledgement. On standard input, "report" prints the longest time in milliseconds that any partition had
 * no acknowledgement, "reset" starts that measurement again, "acknowledged" prints how many records were acknowledged so
 * far, and end of input ends the program. Arguments: bootstrap
 * servers, topic, partitions, request time-out in milliseconds.
 */
public class JavaProducer {
  static AtomicLongArray latest;
  static AtomicLongArray longest;
  static final AtomicLong acknowledged = new AtomicLong();
  static final ScheduledExecutorService resend = Executors.newSingleThreadScheduledExecutor();

  public static void main(String[] args) throws Exception {
    int partitions = Integer.parseInt(args[2]);
    latest = new AtomicLongArray(partitions);
    longest = new AtomicLongArray(partitions);
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[0]);
    properties.put("enable.idempotence", "true");
    properties.put("acks", "all");
    properties.put("request.timeout.ms", args[3]);
    try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int partition = 0; partition < partitions; partition++) {
        latest.set(partition, System.nanoTime());
        send(producer, args[1], partition);
      }
      var input = new BufferedReader(new InputStreamReader(System.in));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        if (line.equals("acknowledged")) {
          System.out.println(acknowledged.get());
          continue;
        }
        long now = System.nanoTime();
        long max = 0;
        for (int partition = 0; partition < partitions; partition++) {
          max = Math.max(max, Math.max(longest.get(partition), now - latest.get(partition)));
          if (line.equals("reset")) {
            longest.set(partition, 0);
            latest.set(partition, now);
          }
        }
        System.out.println(line.equals("reset") ? "reset" : String.valueOf(max / 1_000_000));
      }
      System.exit(0);
    }
  }

  static void send(KafkaProducer<byte[], byte[]> producer, String topic, int partition) {
    producer.send(new ProducerRecord<>(topic, partition, null, new byte[1600]), (metadata, error) -> {
      long now = System.nanoTime();
      if (error == null) {
        longest.accumulateAndGet(partition, now - latest.get(partition), Math::max);
        latest.set(partition, now);
        acknowledged.incrementAndGet();
      }
      resend.schedule(() -> send(producer, topic, partition), 5, TimeUnit.MILLISECONDS);
    });
  }
}
