// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Money that comes in, is kept by sale, and is fetched
/// @notice Nobody is paid unasked: a payee that cannot be paid holds up nobody but itself.
/// @dev Currency zero is the chain's own coin. What is sent here past the functions belongs to nobody.
abstract contract Escrow is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    mapping(uint256 sale => uint256) private _escrow;
    mapping(address account => mapping(address currency => uint256)) private _credits;

    event Credited(address indexed account, address indexed currency, uint256 amount);
    event Withdrawn(address indexed account, address indexed currency, address to, uint256 amount);

    /// @notice The coin that was sent is not what is asked for.
    error WrongValue(uint256 asked, uint256 sent);
    /// @notice A price was to be paid, and nothing arrived.
    error NothingArrived(address currency);
    /// @notice A payment took more from this contract than was paid: it would be other holders' money.
    error CurrencyTookMore(address currency);
    error PaymentFailed(address to);
    /// @notice Money cannot go to nobody, nor to this contract.
    error RecipientRefused(address to);
    error NothingToWithdraw();
    /// @notice A sale would pay more than it took in.
    error EscrowExceeded(uint256 sale);

    /// @notice Fetches the sender's credit in a currency.
    function withdraw(address currency, address to) external nonReentrant returns (uint256 amount) {
        amount = _credits[msg.sender][currency];
        if (amount == 0) revert NothingToWithdraw();
        _credits[msg.sender][currency] = 0;
        emit Withdrawn(msg.sender, currency, to, amount);
        _pay(currency, to, amount);
    }

    function creditOf(address account, address currency) external view returns (uint256) {
        return _credits[account][currency];
    }

    /// @notice What a sale still holds of its tickets' face values.
    function escrowOf(uint256 sale) public view returns (uint256) {
        return _escrow[sale];
    }

    function _credit(address account, address currency, uint256 amount) internal {
        if (amount == 0) return;
        _credits[account][currency] += amount;
        emit Credited(account, currency, amount);
    }

    function _hold(uint256 sale, uint256 amount) internal {
        _escrow[sale] += amount;
    }

    /// @dev The one way out of a sale's escrow. The check repeats what the callers' rules come to: if one of them were wrong,
    /// another sale's money would still be out of reach.
    function _release(uint256 sale, uint256 amount) internal {
        uint256 held = _escrow[sale];
        if (amount > held) revert EscrowExceeded(sale);
        unchecked {
            _escrow[sale] = held - amount;
        }
    }

    /// @notice Takes a price from the sender and says what arrived: an ERC-20 may keep a fee, or say that it has paid.
    function _take(address currency, uint256 price) internal returns (uint256 arrived) {
        uint256 asked = currency == address(0) ? price : 0;
        if (msg.value != asked) revert WrongValue(asked, msg.value);
        if (currency == address(0) || price == 0) return price;
        uint256 before = IERC20(currency).balanceOf(address(this));
        IERC20(currency).safeTransferFrom(msg.sender, address(this), price);
        uint256 afterwards = IERC20(currency).balanceOf(address(this));
        if (afterwards <= before) revert NothingArrived(currency);
        unchecked {
            arrived = afterwards - before;
        }
    }

    /// @dev Always the last thing a function does: everything it says is already written when the recipient hears of it.
    function _pay(address currency, address to, uint256 amount) internal {
        if (to == address(0) || to == address(this)) revert RecipientRefused(to);
        if (currency == address(0)) {
            (bool paid,) = to.call{value: amount}("");
            if (!paid) revert PaymentFailed(to);
        } else {
            uint256 before = IERC20(currency).balanceOf(address(this));
            IERC20(currency).safeTransfer(to, amount);
            // An ERC-20 that takes a fee from who pays would be paid by the other holders.
            if (IERC20(currency).balanceOf(address(this)) + amount < before) revert CurrencyTookMore(currency);
        }
    }
}
