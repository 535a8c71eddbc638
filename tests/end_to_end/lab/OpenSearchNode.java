// One node of OpenSearch in this process, for tests: without its distribution, security manager and refusal to run as root.
// OpenSearchNode FOLDER PORT TRANSPORT_PORT [setting=value ...]
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

public class OpenSearchNode extends Node {
    OpenSearchNode(Environment environment) {
        super(environment, List.<Class<? extends Plugin>>of(Netty4Plugin.class), true);
    }

    public static void main(String[] arguments) throws Exception {
        String folder = arguments[0];
        Settings.Builder settings = Settings.builder()
            .put("path.home", folder).put("path.data", folder + "/data").put("path.logs", folder + "/logs")
            .put("cluster.name", "tests").put("node.name", "one").put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1").put("http.port", arguments[1]).put("transport.port", arguments[2])
            .put("http.type", "netty4").put("transport.type", "netty4")
            .put("node.processors", 1).put("node.store.allow_mmap", false)
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        for (int i = 3; i < arguments.length; i++) {
            String[] pair = arguments[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Path configuration = Files.createDirectories(Path.of(folder, "config"));
        Node node = new OpenSearchNode(
            InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), configuration, () -> "one"));
        node.start();
        Thread.currentThread().join();
    }
}
