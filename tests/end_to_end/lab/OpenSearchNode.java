// One node of OpenSearch in this process, for tests: without its distribution, security manager and refusal to run as root.
// OpenSearchNode FOLDER; FOLDER/config/opensearch.yml holds its settings.
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
        Path folder = Path.of(arguments[0]);
        new OpenSearchNode(InternalSettingsPreparer.prepareEnvironment(
            Settings.EMPTY, Map.of("path.home", folder.toString()), folder.resolve("config"), () -> "one")).start();
        Thread.currentThread().join();
    }
}
