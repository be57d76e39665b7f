import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One node on this machine: {@code Start DATA_DIR PORT}. Says READY on its own line when it answers. Its cluster has a
 * name of its own, or it would join the node of another test.
 */
public class Start {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception closing) {
                System.err.println(closing);
            }
        }));
        runner.onBuild((number, settings) -> {
            settings.put("http.port", args[1]);
            settings.put("network.host", "127.0.0.1");
        }).build(OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("test-" + args[1]));
        runner.ensureYellow();
        System.out.println("READY");
        new CountDownLatch(1).await();
    }
}
