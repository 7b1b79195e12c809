// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title Who owns a broadcast
/// @notice A token binds broadcast, broadcaster's identity key and, once it is sealed, its content. The registrar is the
/// platform's account: it says what was broadcast, and can neither move a token nor change what it said.
contract BroadcastOwnership is ERC721, ERC2981, Ownable2Step {
    struct Broadcast {
        bytes32 identity;
        bytes32 contentRoot;
        address controller;
    }

    /// @notice A quarter: the most that a royalty (ERC-2981) may be, in 1/10000.
    uint96 public constant MAX_ROYALTY = 2_500;

    mapping(uint256 token => Broadcast) private _broadcasts;

    event BroadcastRegistered(uint256 indexed token, bytes32 identity, address indexed owner);
    event ContentSealed(uint256 indexed token, bytes32 root);
    event HandOverAccepted(uint256 indexed token, address indexed owner, bytes32 identity);

    error AlreadyRegistered(uint256 token);
    error AlreadySealed(uint256 token);
    /// @notice An identity key of zeros, or the one that the broadcast has already.
    error IdentityRefused(bytes32 identity);
    error RootIsZero();
    error RoyaltyTooHigh(uint96 royalty);
    error NotTheOwner(uint256 token, address account);
    /// @notice The owner is the controller: nothing was handed over since.
    error NothingToAccept(uint256 token);

    constructor(address registrar) ERC721("LiveLedger Broadcasts", "LIVE") Ownable(registrar) {}

    /// @notice Gives a broadcast its token. Once for each: tokens are never burned.
    /// @param identity The broadcaster's Ed25519 identity key.
    /// @param royaltyReceiver May be zero if there is no royalty.
    /// @dev `_mint` and not `_safeMint`: an owner's hook is a stranger's code.
    function register(bytes16 broadcast, bytes32 identity, address owner, address royaltyReceiver, uint96 royalty)
        external
        onlyOwner
    {
        uint256 token = uint128(broadcast);
        if (_ownerOf(token) != address(0)) revert AlreadyRegistered(token);
        if (identity == 0) revert IdentityRefused(identity);
        if (royalty > MAX_ROYALTY) revert RoyaltyTooHigh(royalty);
        _broadcasts[token] = Broadcast({identity: identity, contentRoot: 0, controller: owner});
        if (royalty > 0) _setTokenRoyalty(token, royaltyReceiver, royalty);
        _mint(owner, token);
        emit BroadcastRegistered(token, identity, owner);
    }

    /// @notice Binds the content, once.
    /// @param root RFC 6962 root over each track's last segment record.
    function seal(uint256 token, bytes32 root) external onlyOwner {
        _requireOwned(token);
        if (root == 0) revert RootIsZero();
        Broadcast storage broadcast = _broadcasts[token];
        if (broadcast.contentRoot != 0) revert AlreadySealed(token);
        broadcast.contentRoot = root;
        emit ContentSealed(token, root);
    }

    /// @notice A new owner takes the broadcast over and names its own identity key. Until then the platform follows the
    /// controller before: a token that is sent to somebody unasked changes nothing.
    function acceptHandOver(uint256 token, bytes32 identity) external {
        if (_requireOwned(token) != msg.sender) revert NotTheOwner(token, msg.sender);
        Broadcast storage broadcast = _broadcasts[token];
        if (broadcast.controller == msg.sender) revert NothingToAccept(token);
        if (identity == 0 || identity == broadcast.identity) revert IdentityRefused(identity);
        broadcast.identity = identity;
        broadcast.controller = msg.sender;
        emit HandOverAccepted(token, msg.sender, identity);
    }

    /// @notice What the token says. The controller is who was registered, or whose hand-over was accepted last.
    function facts(uint256 token)
        external
        view
        returns (bytes16 broadcast, bytes32 identity, bytes32 contentRoot, address controller)
    {
        _requireOwned(token);
        Broadcast storage found = _broadcasts[token];
        // forge-lint: disable-next-line(unsafe-typecast)
        return (bytes16(uint128(token)), found.identity, found.contentRoot, found.controller);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, ERC2981) returns (bool) {
        return super.supportsInterface(interfaceId);
    }
}
