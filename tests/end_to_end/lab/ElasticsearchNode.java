// One node of Elasticsearch in this process, for tests: without its distribution, security and refusal to run as root.
// ElasticsearchNode FOLDER PORT TRANSPORT_PORT [setting=value ...]; FOLDER/modules holds what speaks HTTP.
import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

public class ElasticsearchNode {
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
        LogConfigurator.configureESLogging();
        Node node = new Node(
            InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), Path.of(folder, "config"), () -> "one"));
        node.start();
        Thread.currentThread().join();
    }
}
