import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import tillgate.ApiClient;
import tillgate.ApiException;
import tillgate.api.InvoicesApi;
import tillgate.model.Invoice;
import tillgate.model.Problem;
import tillgate.model.Receipt;

/**
 * {@code Till URL FILE...}: posts the first invoice, uploads the others, and posts the first again with a wrong sum.
 * The variable TILLGATE_TOKEN holds the token for the gateway. Prints what a till does with each invoice: delete, quarantine or resend.
 */
public class Till {
  private final ObjectMapper json;
  private final InvoicesApi invoices;

  Till(String url) {
    var client = new ApiClient();
    client.updateBaseUri(url);
    // Not an argument: everybody on the machine can read those of a process.
    var token = System.getenv().getOrDefault("TILLGATE_TOKEN", "none");
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    json = client.getObjectMapper();
    invoices = new InvoicesApi(client);
  }

  public static void main(String[] arguments) throws IOException {
    var till = new Till(arguments[0]);
    var first = till.read(arguments[1]);
    till.post(first);

    var journal = new StringBuilder();
    for (var file : Arrays.copyOfRange(arguments, 2, arguments.length)) journal.append(till.lineOf(till.read(file)));
    till.upload(journal.toString());

    first.getTotals().setTendered(first.getTotals().getTendered() + 1);
    till.post(first);
  }

  Invoice read(String file) throws IOException {
    return json.readValue(Files.readString(Path.of(file)), Invoice.class);
  }

  String lineOf(Invoice invoice) throws JsonProcessingException {
    return json.writeValueAsString(invoice) + "\n";
  }

  void post(Invoice invoice) {
    try {
      settle(invoices.postInvoice(invoice, null, null), null);
    } catch (ApiException refusal) {
      settle(null, problemIn(refusal));
    }
  }

  void upload(String journal) {
    try {
      for (var result : invoices.postUpload(journal, null, null).getResults())
        settle(result.getReceipt(), result.getProblem());
    } catch (ApiException refusal) {
      settle(null, problemIn(refusal));
    }
  }

  /** The till's rule. Whatever is neither a receipt nor a problem that says quarantine is sent again. */
  void settle(Receipt receipt, Problem problem) {
    if (receipt != null && receipt.getInvoiceId() != null) {
      System.out.println("delete " + receipt.getIdentity().getSequenceNumber());
    } else if (problem != null && problem.getTill() == Problem.TillEnum.QUARANTINE) {
      System.out.println("quarantine " + problem.getType());
      if (problem.getErrors() != null)
        for (var violation : problem.getErrors()) System.out.println("  " + violation.getPointer() + " " + violation.getCode());
    } else {
      System.out.println("resend");
    }
  }

  /** The problem document of a refusal, or null: a proxy may have answered, or nobody. */
  Problem problemIn(ApiException refusal) {
    try {
      return json.readValue(refusal.getResponseBody(), Problem.class);
    } catch (JsonProcessingException | IllegalArgumentException noProblem) {
      return null;
    }
  }
}
